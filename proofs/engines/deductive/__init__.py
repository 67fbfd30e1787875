"""Proofs for every size: conditions made of the kernels' source and their contracts."""
