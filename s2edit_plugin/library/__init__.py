"""People and their tokens on disk: ``library/<person>/<name>.safetensors`` under the data folder.

    library     `Library`, what the rest of the program sees
      repair  forget  archive       checking and mending; removing a person; a whole person as one file
      tidying                       bounds of trash and quarantine
        transfer                    one token to a file and back
          changes                   rename, tag, annotate, duplicate, delete, restore
            intent                  the lock, and changes of several files that a crash must not cut in half
              people                notes on a person
                store               where files lie, listing, the trash
                  index             what listings remember of token files; may be lost at any time
                    names  entry    which names are possible; what listings give

Where a file lies is its name; the record inside follows. Every change is one atomic write or rename, or is written down
before it is made and finished by the next process. What is deleted or replaced goes to the trash; only emptying the trash, its
bounds (90 days) and `Library.forget` remove anything for good.
"""

from s2edit_plugin.library.archive import is_person_file
from s2edit_plugin.library.entry import Entry, Finding, Forgotten, Imported, Person, Report
from s2edit_plugin.library.forget import MADE_FROM
from s2edit_plugin.library.library import Library

__all__ = [
    "MADE_FROM",
    "Entry",
    "Finding",
    "Forgotten",
    "Imported",
    "Library",
    "Person",
    "Report",
    "is_person_file",
]
