"""Models of S2Edit Studio: the drawing program, the networks and their training."""
