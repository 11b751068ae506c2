"""The ground of the console's tests: a scripted engine and clock, the screen as text, hostile texts, goldens."""
