"""S2Edit Studio: learn a person from one photo into a text token, then edit photos by text.

Importing the package is cheap: nothing here imports torch, diffusers, transformers, Qt or GIMP. It keeps the libraries that are
imported later from sending anything.
"""

from s2edit_plugin.storage.offline import stay_offline

__version__ = "0.1.0"

__all__ = ["__version__"]

stay_offline()
