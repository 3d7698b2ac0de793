# Finds a Python for the set-up, or has one installed. POSIX sh; sets PYTHON.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }
die() { say "s2edit: $*"; exit 1; }

# find_python: an interpreter that can make environments. The machine's own python3 comes first, then what uv has.
find_python() {
    for candidate in "${S2EDIT_PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        if is_usable "$candidate"; then
            PYTHON=$candidate
            return 0
        fi
    done
    has_uv && PYTHON=$(uv python find --quiet '>=3.11,<3.15' 2>/dev/null) && is_usable "$PYTHON"
}

has_uv() { [ "${S2EDIT_UV:-}" != no ] && command -v uv >/dev/null 2>&1; }

# The lock files cover 3.11 to 3.14. Debian splits ensurepip off into python3-venv; uv does without.
is_usable() {
    needed="sys"
    has_uv || needed="sys, venv, ensurepip"
    "$1" -c "import $needed; sys.exit(not (3, 11) <= sys.version_info < (3, 15))" >/dev/null 2>&1
}

install_python() {
    if [ "${S2EDIT_APT:-}" != no ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "  installing Python"
        apt-get update >/dev/null 2>&1 || true
        for version in 3 3.13 3.12 3.11; do
            DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
                "python$version" "python$version-venv" >/dev/null 2>&1 && find_python && return 0
        done
    fi
    if has_uv; then
        say "  installing Python"
        uv python install 3.13 >&2 && find_python && return 0
    fi
    die "Python 3.11 to 3.14 with its venv module is missing; install it (on Debian and Ubuntu:" \
        "sudo apt-get install python3 python3-venv) and run the same command again."
}
