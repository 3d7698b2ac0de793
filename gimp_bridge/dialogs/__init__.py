"""What the user is asked before something is done. Loaded only where there is a user: GTK takes time."""
