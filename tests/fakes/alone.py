"""A network of one: runs a command where every look-up and every packet that would leave is written down instead.

    unshare --map-root-user --net --mount python -m tests.fakes.alone RECORD COMMAND...

writes the names that were looked up and the addresses that were sent to into RECORD, as JSON, and ends as the command did.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import ipaddress
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

UNSHARE = ("unshare", "--map-root-user", "--net", "--mount")
NXDOMAIN = 0x8183
ETH_P_ALL = 3
SIOCADDRT, SIOCSIFFLAGS = 0x890B, 0x8914
IFF_UP, RTF_UP = 1, 1


def is_possible() -> bool:
    """Whether this machine lets us have a network of our own."""
    try:
        return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def raise_loopback() -> None:
    """Bring the loopback up and send everything there: what has no way out would fail unseen."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
        name = ctypes.create_string_buffer(b"lo")
        anywhere = struct.pack("H14x", socket.AF_INET)
        route = struct.pack(
            "@L16s16s16sHhLPhP2LH", 0, anywhere, anywhere, anywhere, RTF_UP, 0, 0, 0, 0, ctypes.addressof(name), 0, 0, 0
        )  # fmt: skip
        fcntl.ioctl(control, SIOCADDRT, route + bytes(16))


def be_the_resolver(folder: Path) -> None:
    """Names are asked of 127.0.0.1, of nobody else."""
    for target, text in (
        ("/etc/resolv.conf", "nameserver 127.0.0.1\n"),
        ("/etc/nsswitch.conf", "hosts: files dns\n"),
    ):
        if Path(target).exists():
            own = folder / Path(target).name
            own.write_text(text)
            subprocess.run(["mount", "--bind", str(own), target], check=True)


def answer_names(listener: socket.socket, names: set[str]) -> None:
    """Write down what is asked for; nothing is known."""
    with contextlib.suppress(OSError):
        while True:
            query, asker = listener.recvfrom(4096)
            labels, at = [], 12
            while query[at]:
                labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
                at += 1 + query[at]
            names.add(".".join(labels))
            listener.sendto(
                query[:2] + struct.pack("!H", NXDOMAIN) + query[4:6] + bytes(6) + query[12 : at + 5], asker
            )


def watch_packets(tap: socket.socket, addresses: set[str]) -> None:
    """Write down where packets go that do not stay here."""
    with contextlib.suppress(OSError):
        while True:
            packet = tap.recv(128)[14:]
            place = packet[16:20] if packet[0] >> 4 == 4 else packet[24:40]
            address = ipaddress.ip_address(place)
            if not address.is_loopback and not address.is_multicast:
                addresses.add(str(address))


def main(record: str, *command: str) -> int:
    """Run the command; returns its exit code."""
    names: set[str] = set()
    addresses: set[str] = set()
    raise_loopback()
    with tempfile.TemporaryDirectory() as folder:
        be_the_resolver(Path(folder))
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        listener.bind(("127.0.0.1", 53))
        threading.Thread(target=answer_names, args=(listener, names), daemon=True).start()
        threading.Thread(target=watch_packets, args=(tap, addresses), daemon=True).start()
        code = subprocess.call(command)
        for name in ("/etc/resolv.conf", "/etc/nsswitch.conf"):
            subprocess.run(["umount", name], check=False, stderr=subprocess.DEVNULL)
    Path(record).write_text(json.dumps({"names": sorted(names), "addresses": sorted(addresses)}))
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
