"""``python -m focalloc`` is the command line."""

from focalloc.cli import main

main()
