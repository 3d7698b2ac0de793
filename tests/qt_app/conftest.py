"""What the window's tests share: no screen is needed, and every test has its engine link closed."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
