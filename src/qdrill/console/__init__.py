"""The console: a Textual app over the engine's functions and events."""
