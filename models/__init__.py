"""Models of S2Edit Studio: the drawing program, the networks and their training."""

import s2edit_plugin  # noqa: F401 (it keeps the libraries that are imported later from sending anything)
