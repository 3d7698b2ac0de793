"""Training of the bundled models, one module per stage."""
