"""What engine and clients say to each other. Standard library only."""
