"""Every kind of image in a real GIMP: what is outside the selection stays to the bit, what is inside keeps its colours."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.api import queries
from tests.e2e.gimp.workplace import BLONDE, CAPTION, Workplace

SIDE = 192
LARGE, SUBJECT = (2600, 1900), 1400

SCRIPT = f"""
PRECISIONS = dict(
    u16=Gimp.Precision.U16_NON_LINEAR, u16_linear=Gimp.Precision.U16_LINEAR, u8_linear=Gimp.Precision.U8_LINEAR,
    u32=Gimp.Precision.U32_NON_LINEAR, half_perceptual=Gimp.Precision.HALF_PERCEPTUAL,
    float=Gimp.Precision.FLOAT_NON_LINEAR, float_linear=Gimp.Precision.FLOAT_LINEAR,
)
image = load(FOLDER + "/anna.png")
image.scale({SIDE}, {SIDE})
save(image, FOLDER + "/small.png")

def fresh(precision=None, grey=False):
    image = load(FOLDER + "/small.png")
    if precision:
        image.convert_precision(PRECISIONS[precision])
    if grey:
        image.convert_grayscale()
    return image, image.get_layers()[0]

def smaller_than_canvas():
    image, layer = fresh()
    image.resize(256, 240, 40, 30)
    layer.add_alpha()
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 40, 120, 90, 40)
    Gimp.context_set_antialias(False)
    layer.edit_clear()
    return image, layer

def larger_than_canvas():
    image, layer = fresh()
    image.resize(150, 130, -20, -10)
    return image, layer

def in_a_group():
    image, layer = fresh()
    outer, inner = Gimp.GroupLayer.new(image, "outer"), Gimp.GroupLayer.new(image, "inner")
    image.insert_layer(outer, None, 0)
    image.insert_layer(inner, outer, 0)
    image.reorder_item(layer, inner, 0)
    below = Gimp.Layer.new(image, "below", 300, 300, Gimp.ImageType.RGBA_IMAGE, 100, Gimp.LayerMode.NORMAL)
    image.insert_layer(below, None, 1)
    below.fill(Gimp.FillType.WHITE)
    return image, layer

def a_group():
    image, layer = in_a_group()
    return image, layer.get_parent()

def with_a_mask():
    image, layer = fresh()
    layer.add_alpha()
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    write(mask, "Y' u8", bytes([0, 90] * 20 * 192), (70, 0, 40, 192))
    return image, layer

def grey_16_with_alpha():
    image, layer = fresh("u16", grey=True)
    layer.add_alpha()
    return image, layer

def adobe_rgb():
    image, layer = fresh()
    assert image.convert_color_profile(Gimp.ColorProfile.new_rgb_adobe(), Gimp.ColorRenderingIntent.PERCEPTUAL, False)
    return image, layer

def adobe_rgb_16():
    image, layer = adobe_rgb()
    image.convert_precision(PRECISIONS["u16"])
    return image, layer

KINDS = dict(
    smaller=smaller_than_canvas, larger=larger_than_canvas, in_group=in_a_group, group=a_group, masked=with_a_mask,
    grey=lambda: fresh(grey=True), grey_alpha_16=grey_16_with_alpha, grey_linear=lambda: fresh("float_linear", True),
    adobe=adobe_rgb, adobe_16=adobe_rgb_16,
    **{{name: (lambda name=name: fresh(name)) for name in PRECISIONS}},
)

def look(kind, when, image, layer):
    keep(f"{{kind}}.{{when}}", shown(image))
    keep(f"{{kind}}.layer.{{when}}", native(layer))

def tried(kind, image, layer):
    image.select_ellipse(Gimp.ChannelOps.REPLACE, 60, 20, 80, 90)
    Gimp.Selection.feather(image, 12)
    size = [image.get_width(), image.get_height()]
    keep(kind + ".selection", read(image.get_selection(), "Y u8", (0, 0, *size)))
    look(kind, "before", image, layer)
    facts = {{"size": size, "layer": describe(layer), "place": image.get_item_position(layer)}}
    asked = dict(token="anna/me", prompt={BLONDE!r}, source_prompt={CAPTION!r}, steps=2)
    facts["same"] = said(call("edit", image, [layer], strength=0.0, **asked))
    look(kind, "same", image, layer)
    image.remove_layer((layer.get_parent() or image).get_children()[facts["place"]] if layer.get_parent()
        else image.get_layers()[facts["place"]])
    answer = call("edit", image, [layer], **asked)
    facts["edit"] = said(answer)
    look(kind, "after", image, layer)
    facts["made"] = describe(answer["results"][0]) if answer["results"] else {{}}
    facts["made place"] = image.get_item_position(answer["results"][0]) if answer["results"] else -1
    image.delete()
    return facts

for kind, make in KINDS.items():
    FACTS[kind] = tried(kind, *make())

image = load(FOLDER + "/anna.png")
layer = image.get_layers()[0]
image.scale({SUBJECT}, {SUBJECT})
image.resize(*{LARGE!r}, 700, 300)
layer.resize_to_image_size()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 1300, 400, 300, 200)
Gimp.Selection.feather(image, 40)
keep("large.selection", read(image.get_selection(), "Y u8", (0, 0, *{LARGE!r})))
keep("large.before", shown(image))
asked = dict(token="anna/me", prompt={BLONDE!r}, source_prompt={CAPTION!r}, steps=2)
FACTS["large"] = said(call("edit", image, [layer], **asked))
FACTS["large made"] = describe(image.get_layers()[0])
keep("large.after", shown(image))
image.remove_layer(image.get_layers()[0])
channel = Gimp.Channel.new(image, "who", *{LARGE!r}, 50, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
write(channel, "Y' u8", bytes([255]) * 200 * 300, (1200, 500, 200, 300))
FACTS["channel"] = said(call("edit", image, [layer], subject="channel:who", **asked))
"""

KINDS = [
    "smaller", "larger", "in_group", "group", "masked", "grey", "grey_alpha_16", "grey_linear", "adobe", "adobe_16",
    "u16", "u16_linear", "u8_linear", "u32", "half_perceptual", "float", "float_linear",
]  # fmt: skip


# GIMP puts layers together in RGB of 32-bit floating point: of 32-bit integers it keeps 24 bits, and grey is a sum of three
# products. So any layer above changes what is shown by the last bits; the layer itself stays as it is.
FINER_THAN_GIMP = {"u32": float(2**32), "grey_linear": 1.0}
SAMPLES: dict[str, Any] = {
    "grey_alpha_16": np.uint16, "grey_linear": np.float32, "adobe_16": np.uint16, "u16": np.uint16, "u16_linear": np.uint16,
    "u32": np.uint32, "half_perceptual": np.float16, "float": np.float32, "float_linear": np.float32,
}  # fmt: skip


@pytest.fixture(scope="session")
def tried(workplace: Workplace, learned: dict[str, Any]) -> dict[str, Any]:
    return workplace.run(SCRIPT)


def pixels(workplace: Workplace, kind: str, when: str, size: list[int]) -> np.ndarray:
    """A pixel a row of bytes."""
    data = np.frombuffer(workplace.kept(f"{kind}.{when}"), np.uint8)
    return data.reshape(size[0] * size[1], -1)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_outside_the_selection_stay_to_the_bit(
    workplace: Workplace, tried: dict[str, Any], kind: str
) -> None:
    facts = tried[kind]
    assert facts["edit"]["status"] == "success", facts["edit"]
    size = facts["size"]
    outside = pixels(workplace, kind, "selection", size)[:, 0] == 0
    before, after = (pixels(workplace, kind, when, size) for when in ("before", "after"))
    if kind in FINER_THAN_GIMP:
        seen = [one.view(SAMPLES[kind]).astype(np.float64)[outside] for one in (before, after)]
        assert np.abs(seen[0] - seen[1]).max() <= 2**-22 * FINER_THAN_GIMP[kind]
    else:
        assert np.array_equal(before[outside], after[outside])
    assert (before[~outside] != after[~outside]).any()
    layers = {workplace.kept(f"{kind}.layer.{when}") for when in ("before", "same", "after")}
    assert len(layers) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_of_no_strength_gives_the_same_colours(
    workplace: Workplace, tried: dict[str, Any], kind: str
) -> None:
    facts = tried[kind]
    assert facts["same"]["status"] == "success", facts["same"]
    kind_of_sample = SAMPLES.get(kind, np.uint8)
    before, same = (
        pixels(workplace, kind, when, facts["size"]).view(kind_of_sample).astype(np.float64)
        for when in ("before", "same")
    )
    most = 1.0 if np.dtype(kind_of_sample).kind == "f" else float(np.iinfo(kind_of_sample).max)
    # What is sent has 8 or 16 bits.
    allowed = 1.5 / 255 if kind_of_sample is np.uint8 else 1e-3
    assert np.abs(before - same).max() / most <= allowed


@pytest.mark.parametrize("kind", KINDS)
def test_the_result_lies_where_the_layer_lies(tried: dict[str, Any], kind: str) -> None:
    layer, made = tried[kind]["layer"], tried[kind]["made"]
    assert [made[key] for key in ("offsets", "size")] == [layer[key] for key in ("offsets", "size")]
    # What shines through comes into a group with its result.
    assert made["parent"] == (f"{layer['name']} with edits" if kind == "masked" else layer["parent"])
    assert made["mask"]
    assert tried[kind]["made place"] == tried[kind]["place"]


def test_of_a_large_layer_only_the_square_around_subject_and_selection_travels(
    workplace: Workplace, tried: dict[str, Any]
) -> None:
    assert tried["large"]["status"] == "success", tried["large"]
    assert tried["large made"]["size"] == list(LARGE)
    before, after = (pixels(workplace, "large", when, list(LARGE)) for when in ("before", "after"))
    outside = pixels(workplace, "large", "selection", list(LARGE))[:, 0] == 0
    assert np.array_equal(before[outside], after[outside])
    assert (before[~outside] != after[~outside]).any()
    with workplace.client() as client:
        entries = client.call(queries.ListHistory(limit=2)).entries
        sizes = [
            Image.open(io.BytesIO(client.call(queries.ShowHistory(entry.id)).request.photo)).size
            for entry in entries
        ]
    by_channel, found = sizes
    assert found[0] == found[1]
    assert SUBJECT <= found[0] <= LARGE[1]
    assert tried["channel"]["status"] == "success", tried["channel"]
    assert by_channel[0] == by_channel[1]
    assert 500 < by_channel[0] < 900  # the square around channel and selection, with its margin
