#!/bin/sh
# Sets up S2Edit Studio in an environment of its own, once, and runs it. Works from any folder.
# This finds a Python; everything else is in s2edit_setup/.
set -eu

HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

# shellcheck source=installer/python.sh
. "$HERE/python.sh"

usage() {
    cat <<'END'
usage: sh installer/run.sh [COMMAND] [ARGUMENTS]

  without a command  open the window
  demo [--out DIR]   learn a person from the bundled portrait, edit it, write a picture sheet
  test [--all]       check and test the program (--all: the long tests too)
  doctor             check that everything works on this machine
  setup              only set up
  repair             set up again from nothing, then doctor; what is there serves until that is done
  learn, edit, ...   any other command of s2edit; `--help` after it tells more

The first call sets up an environment in .venv (or $S2EDIT_VENV), which takes a minute or more.
$S2EDIT_PYTHON names the Python to use, 3.11 or newer. uv is used where it is there, or from the package index;
$S2EDIT_UV names one, or says `no`. $S2EDIT_ACCELERATOR is cpu, cuda, rocm, xpu or mps where the wrong one was found.
Root gets missing system packages by apt, unless $S2EDIT_APT is `no`.
END
}

case ${1:-} in
    -h | --help | help)
        usage
        exit
        ;;
esac
find_python || install_python
S2EDIT_BASE_PYTHON=$PYTHON
export S2EDIT_BASE_PYTHON
exec "$PYTHON" -I -S "$HERE/s2edit_setup" "$@" # with the standard library alone, whatever the user's variables say
