"""True of the spec.

Of the functions that judge: what these theorems say holds of every allocator that conforms, on any history.
"""
