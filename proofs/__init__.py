"""Theorems and the runner that discharges them."""
