"""Allocators to learn from, each about a page long: Python, C, JavaScript, and twice PyTorch tensors."""
