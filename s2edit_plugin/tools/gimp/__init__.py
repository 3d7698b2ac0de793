"""Putting the GIMP plug-in where GIMP finds it, and finding out why it does not. The plug-in itself is ``gimp_bridge``."""
