"""How theorems are discharged: executors of the source that ships, solvers, and sessions made of counterexamples."""
