"""Parts of the app, one idea each."""
