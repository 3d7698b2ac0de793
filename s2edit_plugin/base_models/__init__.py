"""Base models and networks: what there is, where it lies, and how it gets there.

catalogue   what can be installed            licences    what was accepted
store       what is here                     records     what is known about an installed model, its hashes
install     download, check, put in place    transfer    one file, resumed and checked    hub   the model hub's answers
importing   a folder or file of the user     single_file  LDM checkpoints                 verify, moving, listing
"""

from s2edit_plugin.base_models.store import resolve

__all__ = ["resolve"]
