#!/bin/sh
# Installs S2Edit Studio for the user who calls it: the program, a command, the menu entry, GIMP's plug-in.
#   sh installer/linux/install.sh [install|repair|update|uninstall] [--prefix DIR] [--dry-run] ...   (--help tells all)
set -eu

HERE=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

# shellcheck source=installer/python.sh
. "$HERE/python.sh"

find_python || install_python
S2EDIT_BASE_PYTHON=$PYTHON
export S2EDIT_BASE_PYTHON
exec "$PYTHON" -I -S "$HERE/s2edit_setup" application "$@"
