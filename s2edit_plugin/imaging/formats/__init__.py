"""File formats of pictures, piece by piece: bytes to samples and what is said beside them, and back."""
