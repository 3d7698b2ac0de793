"""Observable state of the window. Knows QtCore's signals, no widgets, and the engine only through `qt_app.engine`."""
