"""True of the reference.

It says what the judge says, it comes to an end, and what it claims to be the best is the best.
"""
