"""How pytest-xdist shares the tests out."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

__all__ = ["ByFile"]


class ByFile(LoadScopeScheduling):
    """A process runs a file at a time, whose fixtures are made once; all files that use the one real GIMP are one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "gimp" if "e2e/gimp/" in file else file
