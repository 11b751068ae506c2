"""Widgets: each paints a frozen value and knows nothing of where it comes from."""
