"""Base models and networks: what there is, where it lies, and how it gets there.

- ``catalogue``, ``licences``, ``listing``: what can be installed, what was accepted, all of it in one list
- ``store``, ``records``: what is here, folders with a record of files and hashes; choosing, removing
- ``install``, ``hub``, ``transfer``, ``stream``: a download, what the hub says, one file resumed and checked, one answer
- ``importing``, ``single_file``: folders and checkpoints of the user (``families``, ``weights``, ``clip_vocabulary``)
- ``verify``, ``moving``, ``journal``: reading again; to another disk, and which moves are under way
"""

from s2edit_plugin.base_models.store import resolve

__all__ = ["resolve"]
