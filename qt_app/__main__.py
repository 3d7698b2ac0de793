"""``python -m qt_app``: the window."""

import sys

from qt_app.app import main

if __name__ == "__main__":
    sys.exit(main())
