"""The theorems, by what they are true of: the spec, the reference, the kernels, the compiled code."""
