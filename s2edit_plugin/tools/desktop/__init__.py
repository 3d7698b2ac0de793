"""The menu entry: icon, file types, links and the man page, as each desktop wants them."""
