"""``python -m s2edit_plugin``: the command line."""

import sys

from s2edit_plugin.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
