"""Sets S2Edit Studio up: on its own, with the standard library alone, for Linux, macOS and Windows."""
