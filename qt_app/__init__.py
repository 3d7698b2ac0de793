"""The window: a client of the engine. Importing it loads neither Qt nor torch."""
