"""One screen of the console a file."""
