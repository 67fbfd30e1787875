"""Proofs that cvc5 writes, checked step by step by code that knows nothing of solvers."""
