"""Owners of leases: how a process is named in the ledger, and whether a lease still holds."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

__all__ = ["is_free", "this_process"]


def this_process() -> str:
    """Name of this process as an owner: host, boot id and process id, separated by spaces."""
    return f"{socket.gethostname()} {_boot_id()} {os.getpid()}"


def is_free(owner: str, expires: float, process: str) -> bool:
    """Whether a lease has ended: it expired, or its owner was a process of this machine that no longer runs.

    Args:
        owner: name of the owner, starting as `this_process`. expires: seconds since 1970. process: name of the asking process.
    """
    if expires <= time.time():
        return True
    host, boot, pid = (owner.split(" ") + ["", "", ""])[:3]
    own_host, own_boot, own_pid = (process.split(" ") + ["", "", ""])[:3]
    if host != own_host or not pid.isdigit():
        return False
    if boot != own_boot:
        return boot != "-" and own_boot != "-"
    return pid != own_pid and not _is_alive(int(pid))


def _boot_id() -> str:
    """Changes with every boot, so that process ids of an earlier boot do not count; "-" where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return "-"


def _is_alive(pid: int) -> bool:
    import psutil

    return bool(psutil.pid_exists(pid))
