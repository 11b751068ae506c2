"""`python -m qdrill`."""

from qdrill.cli.main import main

main()
