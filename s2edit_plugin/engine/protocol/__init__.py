"""The protocol between engine and clients. Standard library only."""
