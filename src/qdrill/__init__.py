"""qdrill rehearses the backup and restore of Qdrant collections and proves the result."""

__version__ = "0.1.0"
