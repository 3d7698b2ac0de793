# Functions of run.sh: find Python, make the environment, install from the lock files. POSIX sh.
# Uses HERE (this folder), ROOT (the checkout), VENV and BIN (the environment).
# shellcheck shell=sh disable=SC2154

say() { printf '%s\n' "$*" >&2; }
die() { say "s2edit: $*"; exit 1; }

# set_up base|dev: bring the environment up to date. Quick when it is. One set-up at a time; the others wait.
set_up() {
    group=$1
    is_current "$group" && return 0
    mkdir -p -- "$VENV" || die "The folder $VENV cannot be made; set S2EDIT_VENV to another one."
    refuse_foreign_folder
    exec 9>"$VENV/.s2edit-lock"
    if command -v flock >/dev/null 2>&1; then
        flock 9
    fi
    if ! is_current "$group"; then
        install_all "$group"
    fi
    exec 9>&-
}

# The stamp is written last, so an interrupted set-up has none, and says what it was made from.
is_current() {
    [ -x "$BIN/python" ] && [ ! -e "$VENV/.s2edit-incomplete" ] || return 1
    [ "$(cat "$VENV/.s2edit-stamp-$1" 2>/dev/null)" = "$(stamp "$1")" ]
}

stamp() {
    {
        printf '%s\n' "$ROOT"
        "$BIN/python" -c 'import sys; print(sys.version)' 2>&1
        cat "$ROOT/pyproject.toml" "$HERE/requirements-torch.txt" "$HERE/requirements.lock"
        [ "$1" = base ] || cat "$HERE/requirements-dev.lock"
    } | sha256sum | cut -c1-64
}

forget_setup() {
    [ ! -d "$VENV" ] || { refuse_foreign_folder; : >"$VENV/.s2edit-incomplete"; }
}

# Never wipe a folder that is not ours: S2EDIT_VENV may be mistyped.
refuse_foreign_folder() {
    [ -e "$VENV/pyvenv.cfg" ] || [ -e "$VENV/.s2edit-lock" ] && return 0
    [ -z "$(ls -A -- "$VENV")" ] || die "$VENV is not an environment of S2Edit Studio; choose an empty or new folder."
}

install_all() {
    LOG=$VENV/s2edit-setup.log
    say "Setting up S2Edit Studio in $VENV; this takes a minute or more."
    find_python || install_python
    # After an interruption nothing that lies there can be trusted; the downloads are still in pip's cache.
    if [ -e "$VENV/.s2edit-incomplete" ] || ! "$BIN/python" -m pip --version >/dev/null 2>&1; then
        find "$VENV" -mindepth 1 -maxdepth 1 ! -name .s2edit-lock -exec rm -rf -- {} +
    fi
    : >"$VENV/.s2edit-incomplete"
    rm -f -- "$VENV"/.s2edit-stamp-*
    : >"$LOG"
    if [ ! -x "$BIN/python" ]; then
        "$PYTHON" -m venv "$VENV" >>"$LOG" 2>&1 || fail "The environment could not be made."
    fi
    step "libraries" --no-deps --require-hashes --only-binary :all: -r "$HERE/requirements.lock"
    step "torch and onnxruntime" --only-binary :all: -r "$HERE/requirements-torch.txt"
    [ "$1" = base ] ||
        step "test tools" --no-deps --require-hashes --only-binary :all: -r "$HERE/requirements-dev.lock"
    step "S2Edit Studio" --no-deps --no-build-isolation -e "$ROOT"
    load_libraries
    window_libraries
    stamp base >"$VENV/.s2edit-stamp-base"
    [ "$1" = base ] || stamp "$1" >"$VENV/.s2edit-stamp-$1"
    rm -f -- "$VENV/.s2edit-incomplete"
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
    platform=$(find "$VENV" -path '*/PyQt6/Qt6/plugins/platforms/libqxcb.so' 2>/dev/null | head -n 1)
    # Qt's wheels bring no font: without one every letter is a box.
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts "$HOME/.fonts" "$HOME/.local/share/fonts" \
        -name '*.[ot]t[fc]' 2>/dev/null | head -n 1)" ] || return 1
    [ -n "$platform" ] && command -v ldd >/dev/null 2>&1 || return 0
    ! ldd "$platform" 2>/dev/null | grep -q 'not found'
}

# What only the tests need: a screen without a monitor.
test_system() {
    command -v Xvfb >/dev/null 2>&1 && command -v xauth >/dev/null 2>&1 && return 0
    LOG=$VENV/s2edit-setup.log
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
