"""The data folder: paths, atomic writes, locks, settings. Nothing here knows a model."""
