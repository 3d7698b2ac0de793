"""Other published ways to edit a picture by words, each from its paper, on the same weights and with the same regions."""
