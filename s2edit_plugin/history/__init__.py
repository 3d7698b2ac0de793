"""The history: every result with all data to reproduce it, stored before it is returned.

    history     `History`, the public interface
      listing                pages of results, searched and filtered
      changes                star, annotate, delete, prune, forget
      checking    integrity checks
      names                  finding tokens by their ids, under their current names
        store                the lock, and recovery after a crash
          database           an index of the results, in SQLite
          folders            the results: one folder each, moved into place by one rename
            record           the record of a result

The folders are authoritative. The database is an index for listing and searching; if it is lost or damaged, it is rebuilt
from the folders. Names of people and tokens are in one table and one file only; all other data refers to tokens by their ids.
"""

from s2edit_plugin.history.history import History
from s2edit_plugin.history.record import Machine, Made, Record, TokenUsed

__all__ = ["History", "Machine", "Made", "Record", "TokenUsed"]
