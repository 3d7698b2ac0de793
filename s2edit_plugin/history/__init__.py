"""The journal: every result with all that is needed to make it again, on disk before anybody sees it.

    history     `History`, what the rest of the program sees
      listing                pages of results, searched and filtered
      changes                star, annotate, delete, prune, forget
      checking    whether everything is as it was written
      names                  tokens are found by their ids, whatever they are called now
        store                the lock, and what is put right after a crash
          database           an index of the results, in SQLite
          folders            the results themselves: a folder each, put in place by one rename
            record           what is written down about a result

The folders are the truth. The database only makes them quick to list and search; when it is lost or damaged a new one is filled
from the folders. Names of people and tokens stand in one table and one file, everything else refers to tokens by their ids.
"""

from s2edit_plugin.history.history import History
from s2edit_plugin.history.record import Machine, Made, Record, TokenUsed

__all__ = ["History", "Machine", "Made", "Record", "TokenUsed"]
