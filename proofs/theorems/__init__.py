"""The theorems, by topic."""
