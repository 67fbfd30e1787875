"""Judges any allocator against the spec."""
