"""SFace (Zhong et al. 2021, doi 10.1109/TIP.2020.3048632): face recognition.

Uses ``face_recognition_sface_2021dec.onnx`` of OpenCV's model zoo as OpenCV's FaceRecognizerSF does: the face is aligned to
112x112 by the similarity transform of its five landmarks; RGB order, values 0..255. By onnxruntime, as all networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from s2edit_plugin.errors import ImageError
from s2edit_plugin.perception.networks.onnx_network import OnnxNetwork

__all__ = ["SAME_PERSON", "SIDE", "TARGETS", "FaceRecogniser", "aligned_face", "similarity_transform"]

SIDE = 112
SAME_PERSON = 0.363
"""Least cosine of two faces of the same person; accuracy 99.6 % on LFW according to OpenCV's tutorial ``dnn_face``."""

TARGETS = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Landmarks in the aligned face: eyes, tip of the nose, corners of the mouth; the person's right first."""

Points = Sequence[tuple[float, float]]


class FaceRecogniser:
    """SFace from a file of OpenCV's model zoo.

    Raises:
        ModelError: the file is missing, damaged or another network's.
    """

    def __init__(self, path: Path) -> None:
        self._network = OnnxNetwork(path, "the face recogniser SFace", "sface")
        if [shape[1:] for shape in self._network.inputs.values()] != [(3, SIDE, SIDE)]:
            raise self._network.error("has other inputs and outputs than expected")
        (self._input,) = self._network.inputs

    def feature(self, rgb: np.ndarray, landmarks: Points) -> np.ndarray:
        """The unit feature vector (n,), float32, of a face in a picture, uint8 (H, W, 3).

        Raises:
            ImageError: the landmarks coincide. ModelError: the network fails.
        """
        face = aligned_face(rgb, landmarks).astype(np.float32).transpose(2, 0, 1)[None]
        feature = self._network.run(self._network.outputs[:1], {self._input: face})[0].reshape(-1)
        length = float(np.linalg.norm(feature))
        if length < 1e-6:
            raise self._network.error("sees nothing in a face")
        return np.asarray(feature / length, dtype=np.float32)


def similarity_transform(points: Points, targets: Points = TARGETS) -> np.ndarray:
    """The similarity transform (2, 3) from points to targets by least squares (Umeyama 1991).

    Computed in the complex plane as z -> a z + b.

    Raises:
        ImageError: all points coincide.
    """
    here = np.asarray(points, dtype=np.float64) @ (1, 1j)
    there = np.asarray(targets, dtype=np.float64) @ (1, 1j)
    away, wanted = here - here.mean(), there - there.mean()
    spread = float((np.abs(away) ** 2).sum())
    if spread < 1e-6:
        raise ImageError("The face is too small to be compared.", "Use a larger picture.")
    a = (away.conj() * wanted).sum() / spread
    b = there.mean() - a * here.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def aligned_face(rgb: np.ndarray, landmarks: Points) -> np.ndarray:
    """The face at 112x112, uint8 (112, 112, 3), upright, its landmarks at `TARGETS`; black beyond the picture.

    Bilinear interpolation; large faces are first reduced by averaging against aliasing.

    Raises:
        ImageError: all landmarks coincide.
    """
    from scipy.ndimage import affine_transform

    matrix = similarity_transform(landmarks)
    times = max(int(1 / max(np.hypot(matrix[0, 0], matrix[1, 0]), 1e-6)), 1)
    inverse = np.linalg.inv(matrix[:, :2])
    shift = -inverse @ matrix[:, 2]
    if times > 1:
        corners = np.array([(x, y) for x in (0, SIDE) for y in (0, SIDE)]) @ inverse.T + shift
        left, top = (int(v) for v in np.maximum(np.floor(corners.min(axis=0)) - times, 0))
        right, bottom = (int(v) for v in np.ceil(corners.max(axis=0)) + times)
        part = rgb[top : max(bottom, top), left : max(right, left)]
        if not part.size:
            return np.zeros((SIDE, SIDE, 3), dtype=np.uint8)
        rgb = np.asarray(Image.fromarray(np.ascontiguousarray(part)).reduce(times))
        # A pixel's centre is at +0.5, before and after.
        shift = (shift + 0.5 - (left, top)) / times - 0.5
        inverse = inverse / times
    rows_first = inverse[::-1, ::-1]
    planes = [
        affine_transform(
            np.asarray(rgb[..., c], dtype=np.float32),
            rows_first,
            offset=shift[::-1],
            output_shape=(SIDE, SIDE),
            order=1,
            mode="grid-constant",
        )
        for c in range(3)
    ]
    return np.rint(np.clip(np.stack(planes, axis=2), 0, 255)).astype(np.uint8)
