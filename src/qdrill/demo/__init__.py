"""The demonstration: a help-desk collection, a drill of it, and what happens when something is damaged."""
