"""Pictures of the window in several states, sizes and themes, and of its dialogs: python -m tests.e2e.screenshots FOLDER

With ``QT_SCALE_FACTOR=2`` they are what a display with small pixels shows.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.fakes.offscreen import platform

os.environ["QT_QPA_PLATFORM"] = platform()

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from qt_app.garbage_collector import GarbageCollector
from qt_app.i18n.loading import LANGUAGES
from tests.e2e.scenes import DIALOGS, STATES, Scene

SIZES = ((1280, 800), (2560, 1440))
THEMES = ("light", "dark")


def main() -> int:
    """Write all pictures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", choices=(*STATES, *DIALOGS))
    parser.add_argument(
        "--right-to-left", action="store_true", help="as for Arabic or Hebrew, with the texts there are"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(sys.argv[:1])
    if args.right_to_left:
        application.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    collector = GarbageCollector()
    for theme in THEMES:
        for size in SIZES:
            names = (args.only,) if args.only else STATES + (DIALOGS if size == SIZES[0] else ())
            for name in names:
                with tempfile.TemporaryDirectory() as folder:
                    os.environ["S2EDIT_HOME"] = folder
                    scene = Scene(application, theme, size, args.language)
                    getattr(scene, name)()
                    scene.save(args.folder / f"{name}-{theme}-{size[0]}.png")
                    scene.close()
                    del scene
                    collector.collect()
    collector.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
