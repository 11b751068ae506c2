"""A REST server that answers as Qdrant 1.19 does, over the embedded engine, for tests."""
