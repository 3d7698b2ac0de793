"""The face recogniser: faces brought to their place as OpenCV does it, and how alike they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from s2edit_plugin.errors import ImageError, ModelError
from s2edit_plugin.perception.networks.sface import (
    SIDE,
    TARGETS,
    FaceRecogniser,
    aligned_face,
    similarity_transform,
)
from tests.fakes.networks import save, write_sface, write_yunet


@pytest.fixture(scope="module")
def recogniser(tmp_path_factory: pytest.TempPathFactory) -> FaceRecogniser:
    return FaceRecogniser(write_sface(tmp_path_factory.mktemp("networks") / "sface.onnx"))


def umeyama(points: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Umeyama 1991, equations 34 to 43, by singular values, as OpenCV's face_recognize.cpp has it."""
    mean, wanted_mean = points.mean(axis=0), targets.mean(axis=0)
    away, wanted = points - mean, targets - wanted_mean
    covariance = wanted.T @ away / len(points)
    u, values, vt = np.linalg.svd(covariance)
    signs = np.array([1.0, -1.0 if np.linalg.det(covariance) < 0 else 1.0])
    rotation = u @ np.diag(signs) @ vt
    scale = (values * signs).sum() / (away**2).sum(axis=1).mean()
    return np.column_stack([scale * rotation, wanted_mean - scale * rotation @ mean])


def moved(angle: float, scale: float, x: float, y: float) -> list[tuple[float, float]]:
    """The landmarks of an aligned face after turning, scaling and moving it."""
    turned = np.array(TARGETS) @ (1, 1j) * scale * np.exp(1j * angle) + complex(x, y)
    return [(float(z.real), float(z.imag)) for z in turned]


def smooth(height: int, width: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (max(height // 12, 2), max(width // 12, 2), 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def test_the_transform_is_umeyamas() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        points = rng.uniform(0, 500, (5, 2))
        found = similarity_transform([(x, y) for x, y in points.tolist()])
        np.testing.assert_allclose(found, umeyama(points, np.array(TARGETS)), atol=1e-9)


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    mirrored = [(112 - x, y) for x, y in TARGETS]
    found = similarity_transform(mirrored)
    assert np.linalg.det(found[:, :2]) > 0
    np.testing.assert_allclose(found, umeyama(np.array(mirrored), np.array(TARGETS)), atol=1e-9)


@pytest.mark.parametrize(
    ("angle", "scale", "x", "y"), [(0, 1, 0, 0), (0.4, 1.6, 90, 30), (-2.0, 0.7, 150, 200)]
)
def test_the_transform_brings_a_moved_face_back(angle: float, scale: float, x: float, y: float) -> None:
    matrix = similarity_transform(moved(angle, scale, x, y))
    points = np.column_stack([moved(angle, scale, x, y), np.ones(5)])
    np.testing.assert_allclose(points @ matrix.T, TARGETS, atol=1e-6)


def test_a_face_in_its_place_is_left_alone() -> None:
    rgb = smooth(SIDE, SIDE)
    np.testing.assert_array_equal(aligned_face(rgb, TARGETS), rgb)


def bilinear(rgb: np.ndarray, x: float, y: float) -> np.ndarray:
    """One sample, black beyond the border, as warpAffine takes it."""
    height, width = rgb.shape[:2]
    left, top = int(np.floor(x)), int(np.floor(y))
    total = np.zeros(3)
    for row, weight_y in ((top, 1 - (y - top)), (top + 1, y - top)):
        for column, weight_x in ((left, 1 - (x - left)), (left + 1, x - left)):
            if 0 <= row < height and 0 <= column < width:
                total += weight_x * weight_y * rgb[row, column]
    return total


def test_turned_and_scaled_faces_are_sampled_as_opencv_does() -> None:
    rgb = smooth(200, 240)
    landmarks = moved(0.35, 1.5, 60, -20)  # its corner lies outside the picture
    face = aligned_face(rgb, landmarks)
    matrix = umeyama(np.array(landmarks), np.array(TARGETS))
    back = np.linalg.inv(matrix[:, :2])
    black = 0
    for row in range(0, SIDE, 7):
        for column in range(0, SIDE, 7):
            x, y = back @ (np.array([column, row]) - matrix[:, 2])
            expected = bilinear(rgb, x, y)
            assert np.abs(face[row, column] - expected).max() <= 1
            black += not expected.any()
    assert black > 3


@pytest.mark.parametrize("scale", [2, 3.3, 10])
def test_large_faces_are_averaged_down(scale: float) -> None:
    small = smooth(140, 140)
    large = np.asarray(Image.fromarray(small).resize((round(140 * scale),) * 2, Image.Resampling.BICUBIC))
    # A pixel's centre is at +0.5.
    landmarks = [((x + 14.5) * scale - 0.5, (y + 14.5) * scale - 0.5) for x, y in TARGETS]
    difference = aligned_face(large, landmarks).astype(int) - small[14 : 14 + SIDE, 14 : 14 + SIDE]
    assert np.abs(difference).mean() < 1.5
    checks = np.indices((1200, 1200)).sum(axis=0) % 2 * 255
    fine = aligned_face(np.repeat(checks[..., None], 3, axis=2).astype(np.uint8), moved(0, 10, 20, 20))
    assert fine[: SIDE - 2, : SIDE - 2].std() < 3


def test_a_face_outside_the_picture_is_black_and_one_without_size_an_error() -> None:
    assert not aligned_face(smooth(100, 100), moved(0, 5, 900, 900)).any()
    assert not aligned_face(smooth(100, 100), moved(0, 1, 900, 900)).any()
    with pytest.raises(ImageError, match="too small to be compared"):
        aligned_face(smooth(100, 100), [(50.0, 50.0)] * 5)


def test_equal_faces_are_alike_and_others_are_less(recogniser: FaceRecogniser) -> None:
    rgb = smooth(160, 160)
    one = recogniser.feature(rgb, moved(0.1, 1, 20, 10))
    assert one.shape == (128,)
    assert one.dtype == np.float32
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ recogniser.feature(rgb, moved(0.1, 1, 20, 10)) == pytest.approx(1, abs=1e-5)
    assert one @ recogniser.feature(smooth(160, 160, 9), moved(0.1, 1, 20, 10)) < 0.9


def test_red_comes_first(recogniser: FaceRecogniser) -> None:
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    rgb[..., 0] = 250
    feature = recogniser.feature(rgb, TARGETS)
    assert (feature[:64] > 0).all()
    assert (feature[64:] < 0).all()


def test_what_is_no_recogniser_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="The face recogniser SFace has other inputs"):
        FaceRecogniser(write_yunet(tmp_path / "yunet.onnx"))
    (tmp_path / "cut.onnx").write_bytes((tmp_path / "yunet.onnx").read_bytes()[:300])
    with pytest.raises(ModelError, match="cannot be opened") as caught:
        FaceRecogniser(tmp_path / "cut.onnx")
    assert "s2edit models install sface" in caught.value.hint


def test_a_network_that_sees_nothing_is_an_error(tmp_path: Path) -> None:
    nodes = [onnx.helper.make_node("Mul", ["data", "zero"], ["fc1"])]
    path = save(tmp_path / "none.onnx", nodes, {"data": (1, 3, SIDE, SIDE)}, {"fc1": (1, 3, SIDE, SIDE)},
                zero=np.float32(0))  # fmt: skip
    with pytest.raises(ModelError, match="sees nothing"):
        FaceRecogniser(path).feature(smooth(SIDE, SIDE), TARGETS)
