"""The command line. One file a command family; heavy libraries load inside the command that needs them."""
