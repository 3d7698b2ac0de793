# Functions of run.sh: find Python, make the environment, install from the lock files. POSIX sh.
# Uses HERE (this folder), ROOT (the checkout), VENV (what leads to the environment) and STORE (where environments lie).
# Sets ENV and BIN, the environment in use.
#
# An environment is made beside the one that is there and put in its place by one rename when it is complete. None is changed,
# and none is removed while a program uses it, so an interruption at any point leaves what worked.
# shellcheck shell=sh disable=SC2154

say() { printf '%s\n' "$*" >&2; }
die() { say "s2edit: $*"; exit 1; }

# set_up base|dev [fresh]: use an environment that is up to date, made now if there is none (or from nothing). Quick when there is
# one. One set-up at a time; the others wait. False where it failed; then nothing has changed.
set_up() {
    group=$1 fresh=${2:-}
    if [ -z "$fresh" ] && use_environment "$group"; then
        if [ "$(place_of "$VENV")" != "$ENV" ] && open_store wait-not; then
            swap_in
        fi
        exec 9>&-
        return 0
    fi
    refuse_foreign_folder "$VENV" pyvenv.cfg
    refuse_foreign_folder "$STORE" .s2edit-lock
    open_store || die "The folder $STORE cannot be written to; set S2EDIT_VENV to another place."
    if [ -n "$fresh" ] || ! use_environment "$group"; then
        clear_store
        new=$(new_place) || exit 1
        # Not to be stopped half-way by a terminal that closes, but by Ctrl-C: what is half done is cleared away next time.
        (install_all "$group" "$new" "$fresh") || return 1
        hold "$new" || return 1
    fi
    swap_in
    exec 9>&-
}

# use_any: what was set up before, though it is not up to date.
use_any() {
    for candidate in "$VENV" "$STORE"/*; do
        is_complete "$candidate" && hold "$candidate" && return 0
    done
    return 1
}

use_environment() {
    for candidate in "$VENV" "$STORE"/*; do
        is_current "$1" "$candidate" && hold "$candidate" && return 0
    done
    return 1
}

# The stamps are written last, so an interrupted set-up has none; they say what it was made from.
is_complete() {
    [ -x "$1/bin/python" ] && [ -e "$1/.s2edit-stamp-base" ] && [ ! -e "$1/.s2edit-incomplete" ]
}

is_current() {
    BIN=$2/bin
    is_complete "$2" && [ "$(cat "$2/.s2edit-stamp-$1" 2>/dev/null)" = "$(stamp "$1")" ]
}

stamp() {
    {
        printf '%s\n' "$ROOT"
        "$BIN/python" -c 'import sys; print(sys.version)' 2>&1
        cat "$ROOT/pyproject.toml" "$HERE/requirements-torch.txt" "$HERE/requirements.lock"
        [ "$1" = base ] || cat "$HERE/requirements-dev.lock"
    } | sha256sum | cut -c1-64
}

# hold FOLDER: be among those who use it. What this shell starts holds it too, by the open descriptor.
hold() {
    ENV=$(place_of "$1")
    BIN=$ENV/bin
    if [ -e "$ENV/.s2edit-in-use" ] && command -v flock >/dev/null 2>&1; then
        { command exec 8<"$ENV/.s2edit-in-use"; } 2>/dev/null && flock -s 8 || return 1
    fi
    [ -x "$BIN/python" ] # it may just have been cleared away
}

# Programs keep to this path when the link comes to lead elsewhere.
place_of() { (CDPATH='' cd -P -- "$1" 2>/dev/null && pwd -P); }

open_store() {
    mkdir -p -- "$STORE" || return 1
    { command exec 9>"$STORE/.s2edit-lock"; } 2>/dev/null || return 1
    command -v flock >/dev/null 2>&1 || return 0
    if [ -n "${1:-}" ]; then flock -n 9; else flock 9; fi
}

# Never move or fill a folder that is not ours: S2EDIT_VENV may be mistyped.
refuse_foreign_folder() {
    [ ! -e "$1" ] || [ -e "$1/$2" ] || [ -z "$(ls -A -- "$1")" ] ||
        die "$1 is not an environment of S2Edit Studio; choose an empty or new folder."
}

# What an interrupted set-up left.
clear_store() {
    for folder in "$STORE"/? "$STORE"/gone-*; do
        [ ! -d "$folder" ] || is_complete "$folder" || rm -rf -- "$folder"
    done
}

new_place() {
    for name in a b c d e f g h i j k l m n o p q r s t u v w x y z; do
        [ -e "$STORE/$name" ] || { printf '%s\n' "$(place_of "$STORE")/$name"; return; }
    done
    die "Too many environments lie in $STORE; close all S2Edit programs and remove it."
}

swap_in() {
    "$BIN/python" "$HERE/environments.py" swap "$ENV" "$VENV" "$STORE" || say "  $VENV could not be made to lead to $ENV."
}

# install_all base|dev FOLDER [fresh]: a new environment, from a copy of the last one where that is sound.
install_all() {
    LOG=$STORE/s2edit-setup.log
    ENV=$2 BIN=$2/bin
    say "Setting up S2Edit Studio in $VENV; this takes a minute or more."
    : >"$LOG"
    old=$(copy_from "$3")
    if [ -n "$old" ]; then
        "$old/bin/python" "$HERE/environments.py" copy "$old" "$ENV" >>"$LOG" 2>&1 || fail "The environment could not be copied."
    else
        find_python || install_python
        "$PYTHON" -m venv "$ENV" >>"$LOG" 2>&1 || fail "The environment could not be made."
    fi
    step "libraries" --no-deps --require-hashes --only-binary :all: -r "$HERE/requirements.lock"
    step "torch and onnxruntime" --only-binary :all: -r "$HERE/requirements-torch.txt"
    [ "$1" = base ] ||
        step "test tools" --no-deps --require-hashes --only-binary :all: -r "$HERE/requirements-dev.lock"
    step "S2Edit Studio" --no-deps --no-build-isolation -e "$ROOT"
    load_libraries
    window_libraries
    : >"$ENV/.s2edit-in-use" || fail "The environment could not be finished."
    [ "$1" = base ] || write_stamp "$1"
    write_stamp base
}

write_stamp() {
    { stamp "$1" >"$ENV/.s2edit-stamp" && mv -f -- "$ENV/.s2edit-stamp" "$ENV/.s2edit-stamp-$1"; } ||
        fail "The environment could not be finished."
}

# copy_from [fresh]: the environment to begin with, "" for none: it must be complete, where it was made, and have a working pip.
copy_from() {
    [ -z "$1" ] || return 0
    for candidate in "$VENV" "$STORE"/*; do
        is_complete "$candidate" || continue
        place=$(place_of "$candidate")
        if grep -qF "$place/bin/python" "$place/bin/s2edit" && "$place/bin/python" -m pip --version >/dev/null 2>&1; then
            printf '%s\n' "$place"
            return 0
        fi
    done
}

# step NAME PIP-ARGUMENTS: one installation, its chatter in the log.
step() {
    say "  installing $1"
    shift
    PYTHONNOUSERSITE=1 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$BIN/python" -m pip install --no-compile --progress-bar off "$@" >>"$LOG" 2>&1 ||
        fail "Python packages could not be installed; check the network and free disk, then run the same command again."
}

fail() {
    tail -n 5 "$LOG" >&2
    die "$* (The whole log: $LOG)"
}

# A library of the system that is missing shows when the wheels are loaded for the first time.
load_libraries() {
    try_loading && return 0
    if may_use_apt; then
        say "  installing system libraries"
        apt_install libgl1 libglib2.0-0 libgomp1 libstdc++6 || true
        try_loading && return 0
    fi
    fail "The libraries do not load; a system library is missing, try: apt-get install libgl1 libglib2.0-0 libgomp1"
}

# What Qt's window needs of the system; without it the command line still works, so this never stops the set-up.
window_libraries() {
    window_is_complete && return 0
    if may_use_apt; then
        say "  installing the window's system libraries"
        # shellcheck disable=SC2086 # a list of words
        apt_install $WINDOW_PACKAGES || true
        window_is_complete && return 0
    fi
    say "  The window may not open: system libraries are missing (Debian, Ubuntu: sudo apt-get install $WINDOW_PACKAGES)."
}

WINDOW_PACKAGES="libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 fonts-dejavu-core"

window_is_complete() {
    "$BIN/python" -c 'import PyQt6.QtWidgets' >>"$LOG" 2>&1 || return 1
    platform=$(find "$ENV/" -path '*/PyQt6/Qt6/plugins/platforms/libqxcb.so' 2>/dev/null | head -n 1)
    # Qt's wheels bring no font: without one every letter is a box.
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
        -name '*.[ot]t[fc]' 2>/dev/null | head -n 1)" ] || return 1
    [ -n "$platform" ] && command -v ldd >/dev/null 2>&1 || return 0
    ! ldd "$platform" 2>/dev/null | grep -q 'not found'
}

# What only the tests need: a screen without a monitor.
test_system() {
    command -v Xvfb >/dev/null 2>&1 && command -v xauth >/dev/null 2>&1 && return 0
    mkdir -p -- "$STORE" && LOG=$STORE/s2edit-setup.log
    if may_use_apt; then
        say "  installing a virtual screen for the tests"
        apt_install xvfb xauth && return 0
    fi
    say "  The tests of the window need xvfb and xauth (Debian, Ubuntu: sudo apt-get install xvfb xauth)."
}

try_loading() {
    "$BIN/python" -c 'import s2edit_plugin, s2edit_models, torch, onnxruntime, numpy, scipy, skimage' >>"$LOG" 2>&1
}

# find_python: sets PYTHON to an interpreter that can make environments. The machine's own python3 comes first.
find_python() {
    for candidate in "${S2EDIT_PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        if is_usable "$candidate"; then
            PYTHON=$candidate
            return 0
        fi
    done
    return 1
}

# The lock files cover 3.11 to 3.14. Debian splits ensurepip off into python3-venv.
is_usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' >/dev/null 2>&1
}

install_python() {
    if may_use_apt; then
        say "  installing Python"
        apt_install python3 python3-venv && find_python && return 0
        for version in 3.13 3.12 3.11; do
            apt_install "python$version" "python$version-venv" && find_python && return 0
        done
    fi
    die "Python 3.11 to 3.14 with its venv module is missing; install it (on Debian and Ubuntu:" \
        "sudo apt-get install python3 python3-venv) and run the same command again."
}

may_use_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

APT_UPDATED=""
apt_install() {
    if [ -z "$APT_UPDATED" ]; then
        apt-get update >>"$LOG" 2>&1 || true
        APT_UPDATED=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$LOG" 2>&1
}
