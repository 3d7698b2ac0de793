"""S2Edit Studio: learn a person from one photo into a text token, then edit photos by text.

Importing the package is cheap: nothing here imports torch, diffusers, transformers, Qt or GIMP.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
