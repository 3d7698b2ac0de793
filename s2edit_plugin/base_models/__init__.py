"""Base models and networks: catalogue, installation, import, storage.

- ``catalogue``, ``licences``, ``listing``: installable models, accepted licences, the list of all models
- ``store``, ``records``: installed models, folders with a record of files and hashes; choosing, removing
- ``placing``, ``copying``: changes of the models' folder; copies of files and free space
- ``install``, ``hub``, ``transfer``, ``stream``: installation, the hub's API, a resumable download, an HTTP response
- ``importing``, ``single_file``: folders and checkpoints of the user (``families``, ``weights``, ``clip_vocabulary``)
- ``verify``, ``moving``, ``journal``: checking hashes; moving to another disk, and the record of unfinished moves
"""

from s2edit_plugin.base_models.store import resolve

__all__ = ["resolve"]
