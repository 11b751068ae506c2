"""Parts of the screens, one widget or one idea a file."""
