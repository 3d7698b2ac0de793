"""Tiny stand-ins for other people's networks: the true names and layouts of inputs and outputs, answers known beforehand.

The face detector fires where a picture is purely red; so what is found says where, at which scale, and in which order of
colours the picture reached the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from s2edit_plugin.base_models.digests import file_digests
from s2edit_plugin.base_models.records import InstalledFile, ModelRecord, write_record
from s2edit_plugin.perception.networks.sface import TARGETS
from s2edit_plugin.storage.paths import DataFolder
from s2edit_plugin.storage.settings import models_folder

OPSET = 17
FACE_WIDTH = 96.0  # pixels of the box around a red cell; its height is a quarter more
Shape = Sequence[int | str | None]


def box_row(stride: int) -> np.ndarray:
    """What the detector says of every cell: centre in its middle, and the size's logarithm, in strides."""
    size = FACE_WIDTH / stride
    return np.array([0.5, 0.5, np.log(size), np.log(1.25 * size)], np.float32)


def landmark_row(stride: int) -> np.ndarray:
    """Five landmarks around the cell's middle, as in an aligned face, in strides."""
    away = (np.array(TARGETS) - (56, 70)) / 112 * FACE_WIDTH / stride + 0.5
    return away.reshape(-1).astype(np.float32)


def save(
    path: Path, nodes: list[Any], inputs: dict[str, Shape], outputs: dict[str, Shape], **constants: Any
) -> Path:
    """An ONNX file of float inputs, outputs and constants."""
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()]
    graph = helper.make_graph(
        nodes,
        path.stem,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())
    return path


def write_yunet(path: Path, size: int | None = 640) -> Path:
    """A detector of red places. size: what the file insists on, as the one of 2023 does; None: any."""
    node = helper.make_node
    nodes = [node("Conv", ["input", "redness"], ["red"]), node("Clip", ["red", "zero", "one"], ["clipped"])]
    outputs: dict[str, Shape] = {}
    for s in (8, 16, 32):
        nodes += [
            node("AveragePool", ["clipped"], [f"pooled{s}"], kernel_shape=[s, s], strides=[s, s]),
            node("Reshape", [f"pooled{s}", "as_cells"], [f"cls_{s}"]),
            node("Identity", [f"cls_{s}"], [f"obj_{s}"]),
            node("Mul", [f"cls_{s}", "no_box"], [f"no_box{s}"]),
            node("Add", [f"no_box{s}", f"box{s}"], [f"bbox_{s}"]),
            node("Mul", [f"cls_{s}", "no_points"], [f"no_points{s}"]),
            node("Add", [f"no_points{s}", f"points{s}"], [f"kps_{s}"]),
        ]
    rows = {f"box{s}": box_row(s)[None, None] for s in (8, 16, 32)}
    rows |= {f"points{s}": landmark_row(s)[None, None] for s in (8, 16, 32)}
    for part, width in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)):
        outputs |= {f"{part}_{s}": (1, None, width) for s in (8, 16, 32)}
    return save(
        path, nodes, {"input": (1, 3, size or "height", size or "width")}, outputs,
        redness=np.array([-1, -1, 1], np.float32).reshape(1, 3, 1, 1) / 255, zero=np.float32(0), one=np.float32(1),
        as_cells=np.array([1, -1, 1]), no_box=np.zeros((1, 1, 4), np.float32),
        no_points=np.zeros((1, 1, 10), np.float32), **rows,
    )  # fmt: skip


def write_old_yunet(path: Path) -> Path:
    """The layout of 2022: three outputs of other names."""
    nodes = [helper.make_node("Reshape", ["input", "as_cells"], [name]) for name in ("loc", "conf", "iou")]
    outputs: dict[str, Shape] = dict.fromkeys(("loc", "conf", "iou"), (None, 1))
    return save(path, nodes, {"input": (1, 3, 120, 160)}, outputs, as_cells=np.array([-1, 1]))


def write_sface(path: Path) -> Path:
    """A recogniser whose feature is the mean colours of the face's parts, away from grey."""
    node = helper.make_node
    nodes = [
        node("AveragePool", ["data"], ["pooled"], kernel_shape=[14, 14], strides=[14, 14]),
        node("Sub", ["pooled", "grey"], ["away"]),
        node("Reshape", ["away", "flat"], ["row"]),
        node("Slice", ["row", "start", "end", "axis"], ["fc1"]),
    ]
    return save(
        path, nodes, {"data": (1, 3, 112, 112)}, {"fc1": (1, 128)}, grey=np.float32(100), flat=np.array([1, -1]),
        start=np.array([0]), end=np.array([128]), axis=np.array([1]),
    )  # fmt: skip


def record_network(folder: DataFolder, name: str, kind: str = "face") -> Path:
    """Make the files that lie in a network's folder an installed network."""
    place = models_folder(folder) / name
    files = []
    for path in sorted(place.iterdir()):
        sha256 = file_digests(path, ["sha256"])["sha256"].removeprefix("sha256:")
        files.append(InstalledFile(path.name, path.stat().st_size, sha256))
    write_record(place, ModelRecord(name, name, kind, name, origin="a test", files=tuple(files)))
    return place


def install_faces(folder: DataFolder) -> None:
    """Detector and recogniser as installed networks."""
    root = models_folder(folder)
    write_yunet(root / "yunet" / "face_detection_yunet_2023mar.onnx")
    write_sface(root / "sface" / "face_recognition_sface_2021dec.onnx")
    record_network(folder, "yunet")
    record_network(folder, "sface")


def write_red_mask(path: Path, side: int, *, blue: bool = False) -> Path:
    """A network as rembg opens them (a normalised square in, one channel out) whose mask is what is red, or blue."""
    node = helper.make_node
    nodes = [
        node("Conv", ["picture", "colour"], ["contrast"]),
        node("Mul", ["contrast", "steep"], ["steeper"]),
        node("Sub", ["steeper", "half"], ["logits"]),
        node("Sigmoid", ["logits"], ["mask"]),
    ]
    colour = [-1, -1, 1] if blue else [1, -1, -1]
    return save(
        path, nodes, {"picture": (1, 3, side, side)}, {"mask": (1, 1, side, side)},
        colour=np.array(colour, np.float32).reshape(1, 3, 1, 1), steep=np.float32(20), half=np.float32(10),
    )  # fmt: skip


def _sam_decoder_nodes() -> list[onnx.NodeProto]:
    """Compares the colours of the embedding with those at the clicks."""
    node = helper.make_node
    return [
        node("Slice", ["image_embeddings", "start", "three", "axis"], ["colours"]),
        # The colour at each click: (N, 3), by row and column of its cell.
        node("Div", ["point_coords", "cell"], ["cells"]),
        node("Floor", ["cells"], ["whole"]),
        node("Cast", ["whole"], ["index"], to=TensorProto.INT64),
        node("Squeeze", ["index", "start"], ["places"]),
        node("Gather", ["places", "swapped"], ["rows_first"], axis=1),
        node("Transpose", ["colours"], ["last"], perm=[0, 2, 3, 1]),
        node("Squeeze", ["last", "start"], ["grid"]),
        node("GatherND", ["grid", "rows_first"], ["clicked"]),
        node("Reshape", ["clicked", "as_points"], ["wanted"]),
        node("Sub", ["grid", "wanted"], ["away"]),
        node("Mul", ["away", "away"], ["squares"]),
        node("ReduceSum", ["squares", "minus_one"], ["distance"], keepdims=0),
        node("Sub", ["near", "distance"], ["alike"]),
        node("Reshape", ["point_labels", "as_labels"], ["labels"]),
        node("Equal", ["labels", "one"], ["is_inside"]),
        node("Equal", ["labels", "zero"], ["is_outside"]),
        node("Where", ["is_inside", "alike", "never"], ["like_inside"]),
        node("Where", ["is_outside", "alike", "never"], ["like_outside"]),
        node("ReduceMax", ["like_inside"], ["inside"], axes=[0], keepdims=1),
        node("ReduceMax", ["like_outside"], ["outside"], axes=[0], keepdims=1),
        node("Neg", ["outside"], ["not_outside"]),
        node("Min", ["inside", "not_outside"], ["logits64"]),
        node("Mul", ["logits64", "soft"], ["gentle"]),
        node("Reshape", ["gentle", "as_mask"], ["mask64"]),
        node("Resize", ["mask64", "", "scales"], ["mask256"], mode="nearest"),
        node("Add", ["mask256", "bonus"], ["low_res_masks"]),
        node("Identity", ["low_res_masks"], ["masks"]),
        node("Identity", ["expected"], ["iou_predictions"]),
    ]


def write_sam(folder: Path, masks: int = 1) -> list[Path]:
    """SAM's pair of files: what has the colour of a click inside, and not of one outside.

    The embedding holds the picture's colours at a sixteenth of its size; the decoder compares them with those at the clicks.
    masks: how many the decoder answers; each further one is a little more generous, and expects to be better.
    """
    node = helper.make_node
    encoder = save(
        folder / "sam_vit_b_01ec64.encoder.onnx",
        [
            node("Transpose", ["input_image"], ["planes"], perm=[2, 0, 1]),
            node("Unsqueeze", ["planes", "first"], ["batch"]),
            node("AveragePool", ["batch"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]),
            node("Conv", ["pooled", "spread"], ["image_embeddings"]),
        ],
        {"input_image": ("image_height", "image_width", 3)},
        {"image_embeddings": (1, 256, None, None)},
        first=np.array([0]),
        spread=np.eye(256, 3, dtype=np.float32).reshape(256, 3, 1, 1),
    )
    inputs: dict[str, Shape] = {
        "image_embeddings": (1, 256, 64, 64), "point_coords": (1, "n", 2), "point_labels": (1, "n"),
        "mask_input": (1, 1, 256, 256), "has_mask_input": (1,), "orig_im_size": (2,),
    }  # fmt: skip
    outputs: dict[str, Shape] = {
        "masks": (1, masks, None, None), "iou_predictions": (1, masks), "low_res_masks": (1, masks, None, None)
    }  # fmt: skip
    decoder = save(
        folder / "sam_vit_b_01ec64.decoder.onnx", _sam_decoder_nodes(), inputs, outputs,
        start=np.array([0]), three=np.array([3]), axis=np.array([1]), cell=np.float32(16), swapped=np.array([1, 0]),
        as_points=np.array([-1, 1, 1, 3]), minus_one=np.array([-1]), near=np.float32(40**2),
        as_labels=np.array([-1, 1, 1]), one=np.float32(1), zero=np.float32(0), never=np.float32(-1e4),
        soft=np.float32(0.01), as_mask=np.array([1, 1, 64, 64]), scales=np.array([1, 1, 4, 4], np.float32),
        bonus=np.arange(masks, dtype=np.float32).reshape(1, masks, 1, 1),
        expected=np.linspace(0.9, 0.9 + 0.01 * (masks - 1), masks, dtype=np.float32)[None],
    )  # fmt: skip
    return [encoder, decoder]
