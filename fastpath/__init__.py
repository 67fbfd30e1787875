"""The strategies compiled, and the production Allocator."""
