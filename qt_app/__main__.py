"""``python -m qt_app``: the window."""
