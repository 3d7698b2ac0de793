#!/usr/bin/env python3
"""What GIMP starts: Filters > S²Edit. Everything else lies in the folders beside this file."""

import os
import sys

FOLDER = os.path.dirname(os.path.realpath(__file__))
# In the checkout this file lies inside the package, installed beside it.
sys.path.insert(0, FOLDER if os.path.isdir(os.path.join(FOLDER, "gimp_bridge")) else os.path.dirname(FOLDER))

if __name__ == "__main__":
    from gimp_bridge.plugin import main

    main(sys.argv)
