"""Endurance tests: mixed jobs for hours, and repeated kills of the engine. Short in CI, long by ``s2edit soak``."""
