"""The window's observable state. It uses no widgets, and the engine only through `qt_app.engine`."""
