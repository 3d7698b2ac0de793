"""The canvas: the picture, its masks and attention, and the tools that work on them."""
