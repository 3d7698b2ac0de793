"""Scripts that measure, run by hand: each prints a JSON object of figures. No test asserts a time."""
