"""What files of other programs say, and that nothing in a file makes looking at it fail or take for ever."""

from __future__ import annotations

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from s2edit_plugin.cli.main import main
from s2edit_plugin.errors import ImageError
from s2edit_plugin.imaging.credentials.inspection import inspect_picture
from s2edit_plugin.imaging.credentials.report import report
from s2edit_plugin.imaging.credentials.statements import packet_in, statements

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
PACKET = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    "<rdf:Description {0}>{1}</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def picture(format: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    with Image.fromarray(
        np.arange(48 * 32 * 3, dtype=np.uint32).astype(np.uint8).reshape(32, 48, 3)
    ) as image:
        image.save(stream, format, **options)
    return stream.getvalue()


def with_text(keyword: str, text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_itxt(keyword, text)
    return picture(pnginfo=info)


@pytest.mark.parametrize(
    ("attributes", "elements"),
    [
        (f'Iptc4xmpExt:DigitalSourceType="{IPTC}trainedAlgorithmicMedia"', ""),
        ("", f"<Iptc4xmpExt:DigitalSourceType>{IPTC}trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
        ("", "<Iptc4xmpExt:DigitalSourceType>trainedAlgorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
    ],
)
@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_iptcs_word_for_ai_is_understood_in_every_spelling(
    format: str, attributes: str, elements: str
) -> None:
    packet = PACKET.format(attributes, elements).encode()
    data = with_text("XML:com.adobe.xmp", packet.decode()) if format == "PNG" else b""
    if format == "TIFF":
        from PIL import TiffImagePlugin

        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[700] = packet
        tags.tagtype[700] = 1
        data = picture("TIFF", tiffinfo=tags)
    data = data or picture(format, xmp=packet)
    found = inspect_picture(data)
    assert found.by_ai
    assert (found.format, found.size) == (format, (48, 32))
    assert "It says that it was made by AI." in found.sentences


def test_statements_are_read_with_their_entities_and_lists() -> None:
    text = PACKET.format(
        "xmp:CreatorTool='Photo &amp; Co'",
        "<Iptc4xmpExt:AIPromptInformation><rdf:Alt><rdf:li xml:lang='x-default'>a &lt;cat&gt;</rdf:li></rdf:Alt>"
        "</Iptc4xmpExt:AIPromptInformation><other:notice>no</other:notice>",
    )
    found = statements(text.encode())
    assert found == {"creator_tool": "Photo & Co", "ai_prompt": "a <cat>"}
    assert statements(packet_in(b"\0\1" + text.encode() + b"\0")) == found
    assert statements(None) == statements(b"\xff\xfe\0") == {}


@pytest.mark.parametrize("keyword", ["parameters", "prompt", "invokeai_metadata", "Dream"])
def test_texts_of_image_generators_are_known(keyword: str) -> None:
    found = inspect_picture(with_text(keyword, "a cat\nSteps: 20, Sampler: Euler a, Seed: 1"))
    assert found.by_ai
    assert found.generator[0]
    assert any("a cat Steps: 20" in sentence for sentence in found.sentences)


@pytest.mark.parametrize("coding", [b"UNICODE\0", b"ASCII\0\0\0"])
def test_a_generators_comment_in_a_jpeg_is_known_and_the_camera_is_named(coding: bytes) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Maker", "Model 1"
    text = "a cat\nSteps: 20, Sampler: Euler a"
    encoded = text.encode("utf-16-be") if coding.startswith(b"U") else text.encode()
    exif[0x8769] = {0x9286: coding + encoded}
    found = inspect_picture(picture("JPEG", exif=exif))
    assert found.generator == ("Stable Diffusion WebUI", text)
    assert found.camera == "Maker Model 1"


def test_what_a_file_says_cannot_leave_its_line() -> None:
    found = inspect_picture(with_text("parameters", "a\x1b[2Jcat \u202etac\u2028next"))
    (said,) = (sentence for sentence in found.sentences if "cat" in sentence)
    assert said == "Stable Diffusion WebUI left its settings: a?[2Jcat ?tac next."


def test_a_plain_picture_says_nothing_and_proves_nothing() -> None:
    for format in ("PNG", "JPEG", "GIF", "BMP"):
        found = inspect_picture(picture(format))
        assert not found.by_ai
        assert found.sentences == (
            "It says nothing about how it was made, which proves nothing.",
            "It has no Content Credentials.",
        )


def test_what_is_no_picture_is_refused_and_a_picture_of_another_kind_is_looked_at() -> None:
    with pytest.raises(ImageError, match=r"a\.txt is not a picture"):
        inspect_picture(b"hello", "a.txt")
    packet = PACKET.format('xmp:CreatorTool="Photo 1"', "")
    found = inspect_picture(b"8BPS" + bytes(40) + packet.encode())
    assert (found.format, found.program) == ("Photoshop", "Photo 1")


def test_damaged_files_say_what_they_can() -> None:
    whole = picture("JPEG", xmp=PACKET.format('xmp:CreatorTool="Photo 1"', "").encode())
    for length in range(4, len(whole), 97):
        inspect_picture(whole[:length])
    assert inspect_picture(whole[:-60]).program == "Photo 1"


@pytest.mark.parametrize(
    "text",
    [
        "<a:b>" + " " * 60_000,
        '<a:b c:d="',
        " x:y=",
        "<x:Seq><x:li>",
        "<x:CreatorTool " + "a" * 500 + ">",
        "&amp;" * 9,
    ],
)
def test_a_hostile_packet_takes_no_longer_than_it_is_long(text: str) -> None:
    packet = (text * (4_000_000 // len(text))).encode()
    began = time.process_time()
    statements(packet)
    assert time.process_time() - began < 3


def test_a_report_of_an_odd_form_gives_what_can_be_taken_from_it() -> None:
    assert report({}).state == "invalid"
    assert report({"manifests": [], "active_manifest": 3, "validation_results": "x"}).chain == ()
    circle = {
        "ingredients": [{"active_manifest": "a"}],
        "assertions": [{"label": "c2pa.actions", "data": []}],
    }
    found = report({"manifests": {"a": circle}, "active_manifest": "a", "validation_state": "Trusted"})
    assert (found.state, found.trusted, len(found.chain)) == ("intact", True, 1)
    action = {
        "action": "c2pa.edited",
        "softwareAgent": "Photo 1",
        "changes": [{"region": [{"shape": {"origin": 1}}]}],
    }
    odd = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action, 3]}}]}
    (link,) = report({"manifests": {"a": odd}, "active_manifest": "a"}).chain
    assert (link.actions[0].software, link.actions[0].areas) == ("Photo 1", ())


def test_the_command_prints_sentences_or_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.png").write_bytes(with_text("parameters", "a cat"))
    assert main(["inspect", str(tmp_path / "one.png")]) == 0
    assert "(PNG, 48 x 32 pixels)\nIt holds what an image generator leaves" in capsys.readouterr().out
    assert main(["inspect", str(tmp_path / "one.png"), "--json"]) == 0
    assert '"by_ai": true' in capsys.readouterr().out
    assert main(["inspect", str(tmp_path / "none.png")]) == 1
