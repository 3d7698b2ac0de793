"""Programs beside the studio: speed benchmark, demo, endurance tests, menu entries, installation in GIMP."""
