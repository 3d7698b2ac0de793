"""A face parser: semantic segmentation of faces by a SegFormer trained on CelebAMask-HQ, through transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from s2edit_plugin.errors import ModelError, Sentence
from s2edit_plugin.perception.networks.preprocessing import read_preprocessing
from s2edit_plugin.perception.networks.transformers_model import load

__all__ = ["PARTS", "FaceParser"]

TITLE = "the face parser"

PARTS: dict[str, tuple[str, ...]] = {
    "background": ("background", "bg"),
    "skin": ("skin", "face", "facial_skin"),
    "nose": ("nose",),
    "eyes": ("l_eye", "r_eye", "left_eye", "right_eye", "eye", "eyes"),
    "brows": ("l_brow", "r_brow", "left_brow", "right_brow", "left_eyebrow", "right_eyebrow", "eyebrow"),
    "ears": ("l_ear", "r_ear", "left_ear", "right_ear", "ear", "ears"),
    "earrings": ("ear_r", "earring", "earrings"),
    "glasses": ("eye_g", "eyeglass", "eyeglasses", "eye_glasses", "glasses"),
    "mouth": ("mouth", "inner_mouth", "mouth_interior", "teeth"),
    "lips": ("u_lip", "l_lip", "upper_lip", "lower_lip", "lip", "lips"),
    "neck": ("neck",),
    "necklace": ("neck_l", "necklace"),
    "clothes": ("cloth", "clothes", "clothing"),
    "hair": ("hair",),
    "hat": ("hat", "headwear", "cap"),
}
"""Parts of a face and their labels in data sets: ``l_lip`` lower lip, ``ear_r`` ear ring, ``neck_l`` necklace."""

_NEEDED = ("background", "skin", "eyes", "lips", "hair")


class FaceParser:
    """A SegFormer with parts of a face as its labels, from a folder that ``save_pretrained`` wrote.

    Raises:
        ModelError: files are missing or damaged, or the labels are not parts of a face.
    """

    def __init__(self, folder: Path) -> None:
        self._preprocessing = read_preprocessing(folder, TITLE)
        from transformers import SegformerForSemanticSegmentation

        self._model = load(SegformerForSemanticSegmentation, folder, TITLE)
        self._members = _members(self._model.config.id2label)

    def parse(self, rgb: np.ndarray) -> dict[str, np.ndarray]:
        """Segment a face.

        Args:
            rgb: uint8 (S, S, 3), the face with hair and neck, framed as in CelebAMask-HQ.

        Returns:
            Probability of each of `PARTS` that the network has, float32 (h, w) in [0, 1], at a quarter of its input size.
        """
        import torch

        with torch.inference_mode():
            logits = self._model(pixel_values=torch.from_numpy(self._preprocessing.apply(rgb))).logits[0]
            chances = logits.softmax(dim=0).numpy()
        if not np.isfinite(chances).all():
            raise ModelError("The face parser gave numbers that are not finite.", "Install it again.")
        return {part: chances[ids].sum(axis=0, dtype=np.float32) for part, ids in self._members.items()}


def _members(labels: dict[int, str]) -> dict[str, list[int]]:
    """Indices of the network's classes by part.

    Raises:
        ModelError: parts are missing, or a label is unknown.
    """
    by_name = {name: part for part, names in PARTS.items() for name in names}
    members: dict[str, list[int]] = {}
    unknown = []
    for number, label in labels.items():
        part = by_name.get(label.strip().lower().replace(" ", "_").replace("-", "_"))
        if part is None:
            unknown.append(label)
        else:
            members.setdefault(part, []).append(int(number))
    if unknown or not set(_NEEDED) <= set(members):
        what = f"{unknown[0]!r} is none" if unknown else "some are missing"
        raise ModelError(
            Sentence("The labels of the face parser are not parts of a face: {}.", what[:60]),
            "Use a network with the labels of CelebAMask-HQ: `s2edit models install face-parser`.",
        )
    return members
