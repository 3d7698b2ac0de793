"""Endurance: hours of mixed jobs, and an engine that is killed again and again. CI runs it small, ``s2edit soak`` long."""
