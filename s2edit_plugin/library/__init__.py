"""People and their tokens on disk: ``library/<person>/<name>.safetensors`` under the data folder.

    library     `Library`, the public interface
      repair  forget  archive       checking and repairing; removing a person; all tokens of a person in one file
      tidying                       limits of trash and quarantine
        transfer                    one token to a file and back
          changes                   rename, tag, annotate, duplicate, delete, restore
            intent                  the lock, and changes of several files that a crash must not cut in half
              people                notes on a person
                store               paths, listing, the trash
                  index             cache for listings; may be deleted at any time
                    names  entry    valid names; results of listings

A token's path is its name; the record is adapted to it. Every change is one atomic write or rename, or is recorded before it
is made and completed by the next process. Deleted and replaced tokens go to the trash; only emptying the trash, its limits
(90 days) and `Library.forget` remove files permanently.
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
