"""The engine: service, queue, workers."""
