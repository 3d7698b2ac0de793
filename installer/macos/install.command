#!/bin/sh
# Installs S2Edit Studio for the user who opens it: the program, a command, an application in ~/Applications, GIMP's plug-in.
# Double-click it, or: sh installer/macos/install.command [install|repair|update|uninstall] ...   (--help tells all)
set -eu

HERE=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
# Programs of Homebrew and of uv's own installer, which an application started from Finder does not see.
PATH=$PATH:/opt/homebrew/bin:/usr/local/bin:$HOME/.local/bin

# shellcheck source=installer/python.sh
. "$HERE/python.sh"

if ! find_python && ! has_uv && command -v brew >/dev/null 2>&1; then
    say "  installing uv"
    brew install --quiet uv >&2 || true
fi
find_python || install_python
S2EDIT_BASE_PYTHON=$PYTHON
export S2EDIT_BASE_PYTHON
exec "$PYTHON" -I -S "$HERE/s2edit_setup" application "$@"
