"""Actions of endurance tests: random jobs and calls of several clients on one library."""

from __future__ import annotations

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from s2edit_plugin import api
from s2edit_plugin.api import queries
from s2edit_plugin.engine.client.interface import Client
from s2edit_plugin.errors import (
    CancelledError,
    EngineError,
    InputError,
    NumericalError,
    ResourceError,
    S2EditError,
    TokenNotFoundError,
)
from s2edit_plugin.storage.paths import models_package

__all__ = ["Ledger", "Player", "sample_photo"]

# Expected errors of concurrent changes: a token is renamed or deleted between being listed and used.
EXPECTED = (CancelledError, TokenNotFoundError, InputError, ResourceError)
PEOPLE = ("anna", "bea", "cleo")
WORDS = ("smiling", "with blonde hair", "with black hair", "wearing glasses", "in a red hat")
MAX_TOKENS = 40


def sample_photo() -> bytes:
    """The bundled portrait."""
    return (models_package() / "samples" / "anna.png").read_bytes()


@dataclass
class Ledger:
    """Results of actions.

    Attributes:
        done: successful actions by kind. refused: expected errors by kind. unexpected: sentences.
        promised: ids of tokens the engine has confirmed (in the library or the trash).
    """

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    promised: set[str] = field(default_factory=set)


class Player:
    """A client that performs random actions.

    Args:
        steps: denoising steps of edits and optimizer steps of learning.
        everything_first: perform every action once first, so that everything is loaded before memory is measured.
    """

    def __init__(
        self, client: Client, ledger: Ledger, seed: int, steps: int = 4, *, everything_first: bool = False
    ) -> None:
        self._client, self._ledger, self._steps = client, ledger, steps
        self._random = random.Random(seed)
        self._photo = sample_photo()
        self._actions: tuple[tuple[int, Callable[[], None]], ...] = (
            (3, self._learn), (1, self._learn_and_change_its_mind), (6, self._edit), (2, self._cancelled_edit),
            (2, self._mask), (1, self._attention), (1, self._suggest), (3, self._rename), (3, self._tag), (2, self._delete),
            (2, self._restore), (2, self._duplicate), (2, self._export_and_import), (3, self._look_around),
            (2, self._history), (1, self._rerun), (1, self._person), (1, self._estimate),
        )  # fmt: skip
        self._next: Callable[[], None] | None = None
        self._first = [action for _, action in self._actions] if everything_first else []
        self._random.shuffle(self._first)

    def warm_up(self) -> None:
        """Make the engine load its libraries and model, and create a first token. Raises S2EditError."""
        self._client.run(api.ShowAttention(self._photo, "woman", "a photo of a woman"))
        self._token()

    def choose(self) -> str:
        """Choose the next action; returns its name."""
        if self._first:
            self._next = self._first.pop()
        else:
            weights = [weight for weight, _ in self._actions]
            self._next = self._random.choices([action for _, action in self._actions], weights)[0]
        return self._next.__name__.strip("_")

    def play(self) -> None:
        """Perform the chosen action, or a random one; expected errors are counted in the ledger.

        Raises:
            EngineError: the engine has ended.
        """
        name = self._next.__name__.strip("_") if self._next is not None else self.choose()
        action, self._next = self._next, None
        if action is None:
            return
        try:
            action()
            self._ledger.done[name] += 1
        except EngineError:
            raise
        except EXPECTED as error:
            self._ledger.refused[f"{name}: {type(error).__name__}"] += 1
        except (S2EditError, NumericalError) as error:
            self._ledger.unexpected.append(f"{name}: {error}")

    # ------------------------------------------------------------------ jobs

    def _learn(self) -> None:
        result = self._client.run(self._request())
        info = self._client.call(queries.ShowToken(result.name)).info
        self._ledger.promised.add(info.id)

    def _learn_and_change_its_mind(self) -> None:
        job = self._client.submit(self._request(resume=True))
        for action in self._random.sample((job.pause, job.resume, job.pause, job.resume), 3):
            time.sleep(self._random.uniform(0, 0.3))
            action()
        job.resume() if self._random.random() < 0.5 else job.cancel()
        job.wait(300)

    def _edit(self) -> None:
        self._client.run(self._edit_request())

    def _cancelled_edit(self) -> None:
        job = self._client.submit(self._edit_request())
        time.sleep(self._random.uniform(0, 1.0))
        job.cancel()
        job.wait(300)

    def _mask(self) -> None:
        method = self._random.choice(("auto", "face", "hair", "lips"))
        self._client.run(api.MakeMask(self._photo, method, grow=self._random.uniform(-2, 2)))

    def _attention(self) -> None:
        name = self._token()
        self._client.run(api.ShowAttention(self._photo, f"<{name}>", tokens=(name,)))

    def _suggest(self) -> None:
        self._client.run(api.SuggestPrompt(self._photo))

    def _rerun(self) -> None:
        entries = self._client.call(queries.ListHistory(limit=5)).entries
        if entries:
            self._client.run(api.RerunResult(self._random.choice(entries).id))

    def _request(self, resume: bool = False) -> api.LearnToken:
        settings = api.LearnSettings(
            steps_token=self._steps, steps_joint=self._steps, batch=1, seed=self._random.randrange(100)
        )
        return api.LearnToken(
            self._photo,
            self._random.choice(PEOPLE),
            f"t{self._random.randrange(12)}",
            class_noun="woman",
            prompt="a photo of a woman",
            settings=settings,
            resume=resume,
            consent=True,
        )

    def _edit_request(self) -> api.ApplyEdit:
        return api.ApplyEdit(
            self._photo,
            (self._token(),),
            f"a photo of a woman {self._random.choice(WORDS)}",
            "a photo of a woman",
            region=self._random.choice(("auto", "subject", "none")),
            settings=api.EditSettings(steps=self._steps, seed=self._random.randrange(3)),
        )

    # ------------------------------------------------------------------ calls

    def _rename(self) -> None:
        name = self._token()
        self._client.call(queries.ChangeToken(name, rename=f"{self._random.choice(PEOPLE)}/{self._free()}"))

    def _tag(self) -> None:
        tag = f"tag{self._random.randrange(5)}"
        self._client.call(queries.ChangeToken(self._token(), add_tags=(tag,), notes=f"note {tag}"))

    def _delete(self) -> None:
        tokens = self._client.call(queries.ListTokens()).tokens
        if len(tokens) > 3:
            self._client.call(queries.DeleteTokens((self._random.choice(tokens).name,)))

    def _restore(self) -> None:
        trashed = self._client.call(queries.ListTokens(trash=True)).tokens
        if trashed and len(self._client.call(queries.ListTokens()).tokens) < MAX_TOKENS:
            self._client.call(queries.RestoreToken(self._random.choice(trashed).name))

    def _duplicate(self) -> None:
        if len(self._client.call(queries.ListTokens()).tokens) < MAX_TOKENS:
            name = self._token()
            info = self._client.call(
                queries.DuplicateToken(name, f"{self._random.choice(PEOPLE)}/{self._free()}")
            )
            self._ledger.promised.add(info.id)

    def _export_and_import(self) -> None:
        if self._random.random() < 0.5:
            file = self._client.call(queries.ExportToken(self._token()))
        else:
            file = self._client.call(queries.ExportPerson(self._token().partition("/")[0]))
        if len(self._client.call(queries.ListTokens()).tokens) < MAX_TOKENS:
            imported = self._client.call(
                queries.ImportFile(file.data, file.file_name, replace=True, consent=True)
            )
            self._ledger.promised.update(token.id for token in imported.tokens)

    def _look_around(self) -> None:
        self._client.call(queries.ListPeople())
        tokens = self._client.call(
            queries.ListTokens(search=self._random.choice(("", "anna", "tag1")))
        ).tokens
        self._client.call(queries.Thumbnails(tuple(token.name for token in tokens[:8])))
        self._client.call(queries.GetStatus())

    def _history(self) -> None:
        entries = self._client.call(queries.ListHistory(limit=20)).entries
        if entries:
            chosen = self._random.choice(entries)
            self._client.call(queries.ShowHistory(chosen.id))
            self._client.call(queries.ChangeHistory((chosen.id,), starred=self._random.random() < 0.3))
        if len(entries) >= 20:
            self._client.call(queries.ChangeHistory((entries[-1].id,), delete=True))

    def _person(self) -> None:
        old, new = self._random.sample(PEOPLE, 2)
        self._client.call(queries.ChangePerson(old, notes=f"seen {self._random.randrange(9)}"))
        with contextlib.suppress(InputError):
            self._client.call(queries.ChangePerson(old, rename=new))

    def _estimate(self) -> None:
        self._client.call(queries.EstimateJob(learn=self._request()))

    # ------------------------------------------------------------------ helpers

    def _token(self) -> str:
        tokens = [token for token in self._client.call(queries.ListTokens()).tokens if not token.problem]
        if not tokens:
            self._learn()
            tokens = list(self._client.call(queries.ListTokens()).tokens)
        if not tokens:
            raise TokenNotFoundError("Somebody deleted every token.")
        return self._random.choice(tokens).name

    def _free(self) -> str:
        return f"r{self._random.randrange(1000)}"
