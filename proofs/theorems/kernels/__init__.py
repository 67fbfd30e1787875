"""True of the kernels.

Of their source as it ships, executed on symbols, or on every case of a small world.
"""
