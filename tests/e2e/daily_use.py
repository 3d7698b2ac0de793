"""What a user does in a day, in the command line, the engine and the window: for tests that watch what that leaves behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from s2edit_plugin.cli.main import main

SAMPLES = Path(__file__).parents[2] / "models" / "samples"
FOREST = "a photo of a young woman with long {} hair in a forest"


def use(*arguments: str) -> None:
    """One command, which must succeed."""
    code = main(arguments)
    assert code == 0, arguments


def commands() -> None:
    """Learn, edit, mask, caption."""
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
    use("mask", photo, "--method", "hair", "--out", "hair.png")
    use("caption", photo)


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
