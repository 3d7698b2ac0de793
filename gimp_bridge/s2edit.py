#!/usr/bin/env python3
"""The program that GIMP starts: Filters > S²Edit. All other modules are in the folders next to this file."""

import os
import sys

FOLDER = os.path.dirname(os.path.realpath(__file__))
# In the checkout this file is inside the package, installed it is next to it.
sys.path.insert(0, FOLDER if os.path.isdir(os.path.join(FOLDER, "gimp_bridge")) else os.path.dirname(FOLDER))

if __name__ == "__main__":
    from gimp_bridge.plugin import main

    main(sys.argv)
