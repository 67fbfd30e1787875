"""The command line `focalloc`."""
