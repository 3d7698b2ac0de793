"""Files that are there already: a command refuses to destroy somebody's work, and says how it would."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from s2edit_plugin.cli.main import main
from s2edit_plugin.cli.replacing import check_outputs, check_replaceable
from s2edit_plugin.errors import UsageError
from s2edit_plugin.imaging.photo import Photo
from s2edit_plugin.imaging.provenance import Provenance
from s2edit_plugin.imaging.stamp import is_stamped
from s2edit_plugin.imaging.writing import encode_photo
from s2edit_plugin.perception.masks.painted import encode_mask, read_mask
from s2edit_plugin.tools import demo


def _png(value: int = 1) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), value).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    (tmp_path / "photo.png").write_bytes(_png())
    return tmp_path / "photo.png"


def _edit(photo: Path, *more: str) -> list[str]:
    return ["edit", str(photo), "--token", "anna/me", "--prompt", "a woman", *more]


def test_the_photo_itself_is_not_overwritten(photo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = photo.read_bytes()
    assert main(_edit(photo, "--out", str(photo))) == 2
    message = capsys.readouterr().err
    assert "is what this command reads" in message
    assert "--overwrite" in message
    assert photo.read_bytes() == before


def test_a_link_to_the_photo_is_the_photo(photo: Path) -> None:
    link = photo.with_name("other name.png")
    link.symlink_to(photo)
    hard = photo.with_name("hard.png")
    hard.hardlink_to(photo)
    for name in (link, hard, photo.parent / "." / "photo.png"):
        with pytest.raises(UsageError, match="reads"):
            check_outputs((name,), (str(photo),), overwrite=False)
    check_outputs((link,), (str(photo),), overwrite=True)


def test_a_mask_that_is_read_and_a_foreign_file_are_kept(photo: Path, tmp_path: Path) -> None:
    mask, letter = tmp_path / "mask.png", tmp_path / "letter.jpg"
    mask.write_bytes(_png(2))
    letter.write_bytes(b"dear")
    with pytest.raises(UsageError, match="reads"):
        check_outputs((tmp_path / "new.png", mask), (str(photo), str(mask)), overwrite=False)
    with pytest.raises(UsageError, match=r"letter\.jpg is there already"):
        check_outputs((letter,), (str(photo),), overwrite=False)
    check_outputs((letter,), (str(photo), "auto", None), overwrite=True)


def test_two_results_never_share_a_file(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    with pytest.raises(UsageError, match="Two results"):
        check_outputs((out, tmp_path / "." / "a.png"), (str(photo),), overwrite=True)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_result_gives_way_to_the_next_one_until_another_program_saved_it(tmp_path: Path, kind: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    out = tmp_path / "result"
    out.write_bytes(encode_photo(Photo(pixels, None, "PNG"), format=kind, provenance=Provenance("m")))  # type: ignore[arg-type]
    check_replaceable(out, overwrite=False)
    foreign = out.read_bytes().replace(b"<xmp:CreatorTool>S2Edit Studio", b"<xmp:CreatorTool>Other Program ")
    out.write_bytes(foreign)
    with pytest.raises(UsageError, match="already"):
        check_replaceable(out, overwrite=False)


def test_a_mask_gives_way_until_somebody_painted_on_it(tmp_path: Path) -> None:
    mask = np.zeros((20, 20), np.float32)
    mask[5:9, 5:9] = 1
    out = tmp_path / "mask.png"
    out.write_bytes(encode_mask(mask))
    np.testing.assert_array_equal(read_mask(out.read_bytes(), (20, 20)), mask)
    check_replaceable(out, overwrite=False)
    with Image.open(out) as image:
        image.load()
        image.putpixel((0, 0), 255)
        from PIL.PngImagePlugin import PngInfo

        kept = PngInfo()
        kept.add_text("Software", image.info["Software"])  # as programs do that keep what they do not know
        image.save(out, "PNG", pnginfo=kept)
    assert not is_stamped(out.read_bytes())
    with pytest.raises(UsageError, match="already"):
        check_replaceable(out, overwrite=False)


def test_figures_replace_figures_only(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    out.write_bytes(b'{"rounds": 3}')
    check_replaceable(out, overwrite=False, figures=True)
    with pytest.raises(UsageError):
        check_replaceable(out, overwrite=False)


def test_the_demo_looks_at_every_file_it_will_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from s2edit_plugin.tools.sample_images import sample

    (tmp_path / "source.png").write_bytes(sample("anna").picture)  # of an earlier demo
    (tmp_path / "second_source.png").write_bytes(_png())
    names = {path.name for path in demo.outputs(tmp_path)}
    assert {"sheet.png", "mask_hair.png", "edit_red_lipstick.png", "second_source.png"} <= names
    assert "source.png" not in names
    assert main(["demo", "--out", str(tmp_path)]) == 2
    assert "second_source.png is there already" in capsys.readouterr().err
