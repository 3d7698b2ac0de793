#!/bin/sh
# Makes a Debian trixie chroot with a real GIMP 3 in it, for the tests of the GIMP plug-in. About three minutes, 1.2 GB.
# Needs root and Debian's package archive. Prints the chroot's folder. Kept between runs, outside the checkout.
#
#   sh tests/e2e/gimp/make_chroot.sh [FOLDER]      default: $S2EDIT_GIMP_CHROOT or /var/cache/s2edit-studio/gimp-trixie
set -eu

FOLDER=${1:-${S2EDIT_GIMP_CHROOT:-/var/cache/s2edit-studio/gimp-trixie}}
LOG=$FOLDER.log
PACKAGES="gimp gir1.2-gimp-3.0 gir1.2-gtk-3.0 python3-gi xvfb xauth xdotool dbus imagemagick fonts-dejavu-core"

say() { printf '%s\n' "$*" >&2; }
fail() {
    [ ! -f "$LOG" ] || tail -n 15 "$LOG" >&2
    say "The chroot with GIMP 3 could not be made: $*"
    exit 1
}

# The archive this machine takes its own packages from.
archive() {
    apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | sed 's,/*$,,' | sort -u | head -n 1
}

unmount() {
    for place in dev/pts dev/shm dev proc; do
        ! mountpoint -q "$FOLDER.new/$place" || umount -l "$FOLDER.new/$place"
    done
}

mkdir -p "$(dirname -- "$FOLDER")"
exec 9>"$FOLDER.lock"
flock 9
# Written last: a chroot without it was interrupted.
if [ "$(cat "$FOLDER/.s2edit-ready" 2>/dev/null)" = "$PACKAGES" ]; then
    printf '%s\n' "$FOLDER"
    exit 0
fi
[ "$(id -u)" = 0 ] || fail "it takes root."
if ! command -v debootstrap >/dev/null 2>&1; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends debootstrap; } \
        >"$LOG" 2>&1 || fail "debootstrap cannot be installed."
fi
MIRROR=$(archive)
[ -n "$MIRROR" ] || fail "apt has no archive configured."
say "Making a chroot with GIMP 3 in $FOLDER; this takes about three minutes, once."
trap unmount EXIT
unmount
rm -rf --one-file-system -- "$FOLDER" "$FOLDER.new"
debootstrap --variant=minbase trixie "$FOLDER.new" "$MIRROR" >"$LOG" 2>&1 || fail "debootstrap failed."
cp /etc/resolv.conf "$FOLDER.new/etc/resolv.conf" 2>/dev/null || true
cp /etc/apt/apt.conf.d/*proxy* "$FOLDER.new/etc/apt/apt.conf.d/" 2>/dev/null || true
mount --bind /proc "$FOLDER.new/proc"
mount --bind /dev "$FOLDER.new/dev"
printf '#!/bin/sh\nexit 101\n' >"$FOLDER.new/usr/sbin/policy-rc.d"
chmod +x "$FOLDER.new/usr/sbin/policy-rc.d"
# shellcheck disable=SC2086 # a list of words
chroot "$FOLDER.new" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends $PACKAGES >>"$LOG" 2>&1 || fail "GIMP cannot be installed."
chroot "$FOLDER.new" apt-get clean
unmount
trap - EXIT
printf '%s' "$PACKAGES" >"$FOLDER.new/.s2edit-ready"
mv -- "$FOLDER.new" "$FOLDER"
printf '%s\n' "$FOLDER"
