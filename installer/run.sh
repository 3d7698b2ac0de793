#!/bin/sh
# Sets up S2Edit Studio in an environment of its own, once, and runs it. Works from any folder.
set -eu

HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
ROOT=$(dirname -- "$HERE")
VENV=${S2EDIT_VENV:-$ROOT/.venv}
case $VENV in /*) ;; *) VENV=$PWD/$VENV ;; esac
STORE=$VENV.d

# shellcheck source=installer/setup.sh
. "$HERE/setup.sh"

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
$S2EDIT_PYTHON names the Python to use, 3.11 or newer.
END
}

# Lint and types first, because they are quick; pytest always runs, and its closing line is the last one printed.
run_tests() {
    failed=""
    export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
    cd -- "$ROOT"
    check "ruff check" "$BIN/ruff" check --quiet .
    check "ruff format" "$BIN/ruff" format --quiet --check .
    check "mypy" "$BIN/mypy"
    check "lint-imports" "$BIN/lint-imports" --no-cache
    [ -z "$failed" ] || printf 'failed:%s\n' "$failed"
    # A process for each core, a file at a time; more than four want more memory than they save time.
    "$BIN/python" -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup "$@" || failed="$failed pytest"
    [ -z "$failed" ]
}

check() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        printf '%s: ok\n' "$name"
    else
        printf '%s\n%s: FAILED\n' "$output" "$name"
        failed="$failed, $name"
    fi
}

case ${1:-} in
    -h | --help | help)
        usage
        ;;
    setup)
        set_up base || exit 1
        say "Set up in $VENV."
        ;;
    repair)
        set_up base fresh || exit 1
        exec "$BIN/s2edit" doctor
        ;;
    test)
        shift
        set_up dev || exit 1
        test_system
        run_tests "$@"
        ;;
    *)
        if ! set_up base; then
            use_any || exit 1
            say "s2edit: Going on with what was set up before."
        fi
        exec "$BIN/s2edit" "$@"
        ;;
esac
