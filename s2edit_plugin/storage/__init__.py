"""The data folder: paths, atomic writes, locks, settings. Independent of the models."""
