"""The regions and mask methods that have names, for every program that shows or reads them. Standard library only."""

from __future__ import annotations

__all__ = [
    "DRAWN_REGIONS", "EDIT_REGIONS", "EDIT_SUBJECTS", "MASK_FINDERS", "MASK_METHODS", "OF_A_PERSON", "PARTS", "PHOTO_REGIONS",
    "SUBJECTS",
]  # fmt: skip

DRAWN_REGIONS = ("subject", "face", "hair", "lips", "eyes", "skin")
"""Classes of the bundled region network, in the order of its outputs."""

PHOTO_REGIONS = DRAWN_REGIONS[1:]
"""Parts that are found on photographs of a face without a network."""

PARTS = ("hair", "lips", "eyes", "skin", "glasses", "hat")
"""Parts of a person; ``glasses`` and ``hat`` need a face parser on photographs."""

OF_A_PERSON = ("auto", "subject", "face", *PARTS)
"""Methods that find one person; on a photo of several people a number selects one: ``face:2``."""

SUBJECTS = ("auto", "face", "grabcut", *PARTS)
"""Where a token may act and learn: ``--subject``, beside words and files."""

EDIT_SUBJECTS = (*SUBJECTS, "region")
"""The same for an edit; ``region``: the edit region."""

EDIT_REGIONS = ("auto", "subject", "none", "face", *PARTS)
"""Edit regions: ``--mask``, besides words and files."""

MASK_METHODS = (*OF_A_PERSON, "grabcut", "word:W")
"""How `perception.masks.resolve.search_mask` finds a mask."""

MASK_FINDERS = ("auto", "face", *PARTS, "grabcut", "click")
"""The methods of ``s2edit mask``, beside words."""
