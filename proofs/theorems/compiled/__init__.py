"""True of the compiled code.

What no solver sees: machine code, run on every order that its inputs can have.
"""
