"""Dialogues: each asks one thing and returns one typed answer."""
