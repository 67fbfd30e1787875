"""Every strategy in the most obvious code: sort, loop, look."""

from focalloc.refimpl.allocator import ReferenceAllocator

__all__ = ["ReferenceAllocator"]
