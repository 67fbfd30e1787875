"""A working context inside a Hugging Face causal model: embeddings, positions and a key-value cache that follow edits.

Needs the ``torch`` extra (PyTorch and transformers).
"""
