"""Theorems about the spec and the shipped code, the two symbolic executors, and the runner that discharges them."""
