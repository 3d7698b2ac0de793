"""Stand-ins for tests: a tiny random model in the true classes and layout."""
