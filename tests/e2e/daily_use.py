"""What a user does in a day, in the command line, the engine and the window: for tests that watch what that leaves behind."""

from __future__ import annotations

import io
import os
import shutil
import sys
import time
from pathlib import Path

from s2edit_plugin.cli.main import main
from s2edit_plugin.imaging.credentials.signing import signed
from s2edit_plugin.storage.paths import data_folder

SAMPLES = Path(__file__).parents[2] / "models" / "samples"
FOREST = "a photo of a young woman with long {} hair in a forest"


def use(*arguments: str) -> None:
    """One command, which must succeed."""
    code = main(arguments)
    assert code == 0, arguments


def kept_elsewhere(picture: Path) -> bytes:
    """The picture anew, saying that its Content Credentials lie on the web."""
    from PIL import Image, PngImagePlugin

    said = PngImagePlugin.PngInfo()
    said.add_itxt(
        "XML:com.adobe.xmp",
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="https://manifests.example/one.c2pa"/></rdf:RDF></x:xmpmeta>',
    )
    stream = io.BytesIO()
    with Image.open(picture) as image:
        image.save(stream, "PNG", pnginfo=said)
    return stream.getvalue()


def commands() -> None:
    """Learn, edit, sign, look at what the files say, mask, caption, the edit's recipe on two photos."""
    photo = str(SAMPLES / "anna.png")
    use("learn", photo, "--person", "anna", "--token", "me", "--class", "woman", "--steps", "2",
        "--prompt", FOREST.format("brown"), "--yes-i-have-consent")  # fmt: skip
    use(
        "edit",
        photo,
        "--token",
        "anna/me",
        "--prompt",
        FOREST.format("blonde"),
        "--steps",
        "2",
        "--out",
        "b.png",
    )
    # A photo that says where its credentials are kept: nobody asks there, neither to sign a result of it nor to show them.
    elsewhere = Path("elsewhere.png")
    elsewhere.write_bytes(kept_elsewhere(Path("b.png")))
    Path("c.png").write_bytes(signed(data_folder(), Path("b.png").read_bytes(), elsewhere.read_bytes()))
    for name in ("b.png", "c.png", str(elsewhere)):
        use("inspect", name)
    use("mask", photo, "--method", "hair", "--out", "hair.png")
    use("caption", photo)
    use("history", "recipe", "last", "--out", "blonde.toml")
    copies = [shutil.copyfile(photo, f"copy-{number}.png") for number in (1, 2)]
    use("batch", "blonde.toml", *copies, "--out", "results", "--yes")


def window() -> None:
    """Open the window with a photo, until it has the engine and has drawn it."""
    from PyQt6.QtWidgets import QApplication

    from qt_app.app import begin, make_window

    application = QApplication(sys.argv[:1])
    shown = make_window(application)
    shown.show()
    begin(shown, str(SAMPLES / "anna.png"))
    end = time.monotonic() + 60
    while time.monotonic() < end and not (
        shown.studio.link.state == "connected" and shown.studio.documents.document is not None
    ):
        application.processEvents()
        time.sleep(0.01)
    assert shown.studio.link.state == "connected"
    shown.close()
    application.processEvents()


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    use("engine", "start")
    try:
        commands()
        window()
    finally:
        use("engine", "stop")
