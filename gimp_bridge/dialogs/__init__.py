"""The dialogs. Loaded only in interactive calls, since loading GTK takes time."""
