"""Learned policies: a simulator to train in, features, a small network, projection, training, soft assignments.

Training needs the ``learn`` extra (PyTorch). Running a trained policy needs NumPy and safetensors only.
"""
