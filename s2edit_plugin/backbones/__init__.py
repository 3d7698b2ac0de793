"""Base models behind one interface."""
