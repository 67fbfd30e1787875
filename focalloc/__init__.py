"""focalloc: a formally specified Focus Allocator."""
