"""Composition: an attribute token [A] learned from a reference beside an identity token [I].

    P  = "a photo of [I] c ..."        P* = "a photo of [I] c ... with [A] a"

Each token acts through its own columns only (token isolation) and inside its own mask only: [I] in the subject, [A] in the part
of the source that its region names (for a makeup learned on a face: the source's face). No weights are merged.
Source: S2Edit (arXiv 2507.04584), composition of tokens; masks by region and isolation are ours.
"""

from __future__ import annotations

from collections.abc import Sequence

from s2edit_plugin.api import prompts
from s2edit_plugin.api.regions import DRAWN_REGIONS

__all__ = ["region_of", "with_attributes"]


def with_attributes(prompt: str, attributes: Sequence[tuple[str, str]]) -> str:
    """Append ``with <person/name> noun`` for every attribute token the prompt does not name yet.

    Args:
        attributes: pairs of full token name and class noun, e.g. ``("mia/makeup", "lipstick")``.

    Raises:
        PromptError: a malformed reference in the prompt.
    """
    named = {reference.full_name for reference in prompts.references(prompt)}
    joining = " with "
    for name, noun in attributes:
        if name not in named:
            prompt = f"{prompt}{joining}<{name}> {noun}".rstrip()
            joining = " and "
    return prompt


def region_of(found_by: str) -> str:
    """The mask method that finds, on another photo, the region an attribute token was learned in.

    A token learned under a painted or unnamed mask acts in the whole subject.
    """
    if found_by.startswith("word:"):
        return found_by
    name = found_by.partition(":")[0]  # the selected face of one photo means nothing in another
    return name if name in DRAWN_REGIONS else "subject"
