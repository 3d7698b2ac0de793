"""The face detector: where faces are, at every size of picture, decoded as OpenCV decodes them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from s2edit_plugin.errors import ModelError
from s2edit_plugin.perception.networks.yunet import (
    Face,
    FaceDetector,
    decode,
    largest,
    overlap,
    without_overlaps,
)
from tests.fakes.networks import FACE_WIDTH, save, write_old_yunet, write_sface, write_yunet


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> FaceDetector:
    return FaceDetector(write_yunet(tmp_path_factory.mktemp("fixed") / "yunet.onnx", 640))


@pytest.fixture(scope="module")
def dynamic(tmp_path_factory: pytest.TempPathFactory) -> FaceDetector:
    return FaceDetector(write_yunet(tmp_path_factory.mktemp("dynamic") / "yunet.onnx", None))


@pytest.fixture(params=["fixed", "dynamic"])
def detector(request: pytest.FixtureRequest) -> FaceDetector:
    found: FaceDetector = request.getfixturevalue(request.param)
    return found


def picture(height: int, width: int, *red: tuple[int, int, int]) -> np.ndarray:
    """A grey picture with red squares: left, top, side."""
    rgb = np.full((height, width, 3), 120, np.uint8)
    for left, top, side in red:
        rgb[top : top + side, left : left + side] = (255, 0, 0)
    return rgb


def plain_reference(cls: np.ndarray, obj: np.ndarray, bbox: np.ndarray, kps: np.ndarray, columns: int, stride: int,
                    threshold: float) -> list[list[float]]:  # fmt: skip
    """Decoding as the loops of OpenCV's face_detect.cpp put it, cell by cell."""
    rows = []
    for index in range(len(cls)):
        row, column = divmod(index, columns)
        score = math.sqrt(min(max(cls[index], 0), 1) * min(max(obj[index], 0), 1))
        if score < threshold:
            continue
        centre_x = (column + bbox[4 * index]) * stride
        centre_y = (row + bbox[4 * index + 1]) * stride
        width, height = math.exp(bbox[4 * index + 2]) * stride, math.exp(bbox[4 * index + 3]) * stride
        face = [centre_x - width / 2, centre_y - height / 2, width, height, score]
        for point in range(5):
            face.append((kps[10 * index + 2 * point] + column) * stride)
            face.append((kps[10 * index + 2 * point + 1] + row) * stride)
        rows.append(face)
    return rows


def as_row(face: Face) -> list[float]:
    points = [value for point in face.landmarks for value in point]
    return [face.x, face.y, face.width, face.height, face.score, *points]


def test_decoding_is_that_of_opencv() -> None:
    rng = np.random.default_rng(0)
    cells, columns = 12 * 7, 7
    cls, obj = rng.uniform(-0.3, 1.4, cells), rng.uniform(-0.3, 1.4, cells)
    bbox, kps = rng.normal(0, 1, 4 * cells), rng.normal(0, 1, 10 * cells)
    for stride in (8, 16, 32):
        found = decode(cls, obj, bbox, kps, columns, stride, 0.6)
        expected = plain_reference(cls, obj, bbox, kps, columns, stride, 0.6)
        assert len(expected) > 10
        np.testing.assert_allclose([as_row(face) for face in found], expected)


def test_overlapping_findings_are_one_face() -> None:
    def at(x: float, score: float) -> Face:
        return Face(x, 0, 10, 10, score, ((0.0, 0.0),) * 5)

    assert overlap(at(0, 1), at(5, 1)) == pytest.approx(1 / 3)
    assert overlap(at(0, 1), at(10, 1)) == 0
    # Six apart overlap by a quarter and are two faces; five apart by a third.
    assert [face.x for face in without_overlaps([at(5, 0.8), at(0, 0.9), at(11, 0.7)])] == [0, 11]
    assert [face.x for face in without_overlaps([at(0, 0.8), at(5, 0.9), at(11, 0.7)])] == [5, 11]


def test_a_face_is_where_the_network_fires(detector: FaceDetector) -> None:
    (face,) = detector.detect(picture(480, 640, (320, 160, 32)))
    # The cell of 32 pixels is wholly red: its answer is the surest of all that fire, but those of 16 and 8 are as sure.
    assert face.score == pytest.approx(1, abs=1e-3)
    assert 320 <= face.x + face.width / 2 <= 352
    assert 160 <= face.y + face.height / 2 <= 192
    assert face.width == pytest.approx(FACE_WIDTH)
    assert face.height == pytest.approx(1.25 * face.width)
    eyes, nose, mouth = face.landmarks[:2], face.landmarks[2], face.landmarks[3:]
    assert eyes[0][0] < nose[0] < eyes[1][0]
    assert max(y for _, y in eyes) < nose[1] < min(y for _, y in mouth)


@pytest.mark.parametrize("size", [(640, 640), (333, 517), (1400, 900), (3000, 4000), (100, 90), (40, 700)])
def test_boxes_are_in_the_pixels_of_the_photo(detector: FaceDetector, size: tuple[int, int]) -> None:
    height, width = size
    side = max(min(height, width) // 4, 20)
    left, top = round(width * 0.6), round(height * 0.3)
    faces = detector.detect(picture(height, width, (left, top, side)))
    assert faces
    for face in faces:
        assert left - 1 <= face.x + face.width / 2 <= left + side + 1
        assert top - 1 <= face.y + face.height / 2 <= top + side + 1


def test_several_faces_come_surest_first_and_the_largest_is_told(detector: FaceDetector) -> None:
    rgb = picture(640, 640, (64, 64, 8), (448, 448, 64))
    rgb[64:66, 64:72] = 120
    faces = detector.detect(rgb)
    assert [face.score for face in faces] == sorted((face.score for face in faces), reverse=True)
    assert len({face.x < 320 for face in faces}) == 2
    assert faces[-1].x < 320
    assert faces[-1].score == pytest.approx(0.75, abs=0.01)
    biggest = largest(faces)
    assert biggest is not None
    assert biggest.x > 320
    assert largest([]) is None


def test_small_faces_of_large_photos_are_found_in_its_quarters(detector: FaceDetector) -> None:
    # 24 of 3000 pixels: 5 where the longer side is 640, which is no cell; 8 and more in a quarter.
    faces = detector.detect(picture(3000, 3000, (2600, 300, 40)))
    assert len(faces) == 1
    assert 2600 <= faces[0].x + faces[0].width / 2 <= 2640


def test_where_there_is_no_face(detector: FaceDetector) -> None:
    for size in ((64, 64), (640, 480), (1500, 1000)):
        assert detector.detect(picture(*size)) == []
    blue = picture(300, 300)
    blue[100:200, 100:200] = (0, 0, 255)
    assert detector.detect(blue) == []


def test_both_kinds_of_files_find_the_same(fixed: FaceDetector, dynamic: FaceDetector) -> None:
    rgb = np.asarray(Image.fromarray(picture(700, 500, (100, 300, 90))).rotate(20))
    one, other = fixed.detect(rgb), dynamic.detect(rgb)
    np.testing.assert_allclose([as_row(f) for f in one], [as_row(f) for f in other], rtol=1e-4)


def test_the_older_layout_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"older YuNet \(2022\)") as caught:
        FaceDetector(write_old_yunet(tmp_path / "face_detection_yunet_2022mar.onnx"))
    assert "s2edit models install yunet" in caught.value.hint


def test_what_is_no_detector_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has other inputs and outputs"):
        FaceDetector(write_sface(tmp_path / "sface.onnx"))
    (tmp_path / "text.onnx").write_bytes(b"no network")
    with pytest.raises(ModelError, match="cannot be opened"):
        FaceDetector(tmp_path / "text.onnx")
    with pytest.raises(ModelError, match="is missing"):
        FaceDetector(tmp_path / "nowhere.onnx")


@pytest.mark.parametrize(
    ("factor", "shape", "sentence"),
    [
        (np.nan, [1, -1, 1], "gave numbers that are not finite"),
        (1.0, [1, -1, 1], "answers in another layout than expected"),
        (1.0, [1, 7, -1], "cannot be run"),
    ],
)
def test_a_detector_that_answers_nonsense_is_refused(
    tmp_path: Path, factor: float, shape: list[int], sentence: str
) -> None:
    node = onnx.helper.make_node
    outputs = {f"{part}_{s}": (1, None, None) for part in ("cls", "obj", "bbox", "kps") for s in (8, 16, 32)}
    nodes = [node("Mul", ["input", "factor"], ["changed"])]
    nodes += [node("Reshape", ["changed", "shape"], [name]) for name in outputs]
    path = save(
        tmp_path / "odd.onnx", nodes, {"input": (1, 3, "height", "width")}, outputs,
        factor=np.float32(factor), shape=np.array(shape),
    )  # fmt: skip
    with pytest.raises(ModelError, match=f"The face detector YuNet {sentence}"):
        FaceDetector(path).detect(picture(64, 64))
