"""File formats of pictures: samples and metadata from bytes, and back."""
