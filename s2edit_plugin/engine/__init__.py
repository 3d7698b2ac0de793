"""The engine: one process with one GPU thread, and the clients that talk to it."""
