"""The engine's clients in other processes. Standard library only: GIMP carries copies."""
