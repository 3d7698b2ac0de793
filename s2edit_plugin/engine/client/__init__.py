"""The engine's clients in other processes. Standard library only: The GIMP plug-in carries copies."""
