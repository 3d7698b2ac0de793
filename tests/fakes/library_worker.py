"""A process that changes a library without end, at random: ``python -m tests.fakes.library_worker HOME SEED``.

It prints a line when it begins, and then waits for nothing: whoever started it kills it, or gives it a number of changes to
make. What it may not do is lose a token: it never empties the trash.
"""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Callable
from pathlib import Path

from s2edit_plugin.errors import InputError, TokenNotFoundError
from s2edit_plugin.library import Library

PEOPLE = ("anna", "bob", "eva", "zoe")


class Worker:
    """Random changes of one library."""

    def __init__(self, home: Path, seed: int) -> None:
        self.library = Library(home)
        self.random = random.Random(seed)
        self.out = home.parent / f"worker-{seed}"
        self.out.mkdir(exist_ok=True)

    def run(self, changes: int | None) -> None:
        """Make so many changes, None: without end."""
        choices: list[Callable[[], object]] = [
            self.rename, self.rename, self.tag, self.note, self.delete, self.restore, self.duplicate, self.export_import,
            self.learn_again, self.rename_person, self.person_file, self.person_note, self.list,
        ]  # fmt: skip
        done = 0
        while changes is None or done < changes:
            # Another process was faster, or chance chose a name that is taken.
            with contextlib.suppress(InputError, TokenNotFoundError):
                self.random.choice(choices)()
            done += 1

    def token(self) -> str:
        entries = self.library.list()
        if not entries:
            raise TokenNotFoundError("There is no token.")
        return self.random.choice(entries).full_name

    def name(self) -> str:
        return f"{self.random.choice(PEOPLE)}/t{self.random.randrange(30)}"

    def rename(self) -> None:
        self.library.rename(self.token(), self.name())

    def tag(self) -> None:
        self.library.tag(self.token(), (f"tag{self.random.randrange(9)}",))

    def note(self) -> None:
        self.library.annotate(self.token(), "x" * self.random.randrange(2000))

    def delete(self) -> None:
        self.library.delete(self.token())

    def restore(self) -> None:
        entries = self.library.trashed()
        if entries:
            self.library.restore(self.random.choice(entries).full_name)

    def duplicate(self) -> None:
        # Not without end: the copies of copies are deleted again, which fills the trash, not the library.
        self.library.duplicate(self.token(), self.name())
        if len(self.library.list()) > 25:
            self.delete()

    def export_import(self) -> None:
        file = self.library.export(self.token(), self.out / "token", overwrite=True)
        self.library.import_(file, *self.name().split("/"), replace=self.random.random() < 0.5)

    def learn_again(self) -> None:
        token = self.library.get(self.token())
        self.library.add(token.record, token.tensors)

    def rename_person(self) -> None:
        self.library.rename_person(self.random.choice(PEOPLE), self.random.choice(PEOPLE))

    def person_file(self) -> None:
        file = self.library.export_person(self.random.choice(PEOPLE), self.out / "person", overwrite=True)
        clash = self.random.choice(("refuse", "rename", "replace"))
        if len(self.library.list()) < 25:
            self.library.import_person(file, self.random.choice(PEOPLE), on_clash=clash)  # type: ignore[arg-type]

    def person_note(self) -> None:
        self.library.annotate_person(self.random.choice(PEOPLE), "y" * self.random.randrange(500))

    def list(self) -> None:
        self.library.overview()


if __name__ == "__main__":
    worker = Worker(Path(sys.argv[1]), int(sys.argv[2]))
    print("begun", flush=True)
    worker.run(int(sys.argv[3]) if len(sys.argv) > 3 else None)
