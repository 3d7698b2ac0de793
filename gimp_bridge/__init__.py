"""The GIMP 3 plug-in: GIMP's own Python bindings and the standard library only."""
