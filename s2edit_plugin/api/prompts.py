"""Prompts as a person writes them: plain words and token references ``<person/name>``. Standard library only.

A *word* here is a run of letters, a reference, or one punctuation mark: every part of a prompt with its own attention
columns. `s2edit_plugin.method.text` maps words to the text encoder's columns.
"""

from __future__ import annotations

import contextlib
import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from s2edit_plugin.errors import InputError, PromptError, Sentence

__all__ = [
    "Part",
    "Text",
    "TokenRef",
    "align_words",
    "changed_words",
    "uncovers",
    "check_name",
    "insert_token",
    "is_telling",
    "keep_tokens",
    "parse_ref",
    "references",
    "split",
    "words",
]

MAX_NAME = 64
# Words of one prompt times words of the other: 300 each. A text encoder reads 77, and difflib takes cubic time.
_MOST_PAIRS = 90_000
# Letters of any script, digits, "_", "-", "."; no hidden files, options or "..".
_NAME = r"\w(?:[\w.-]*[\w-])?"
_REFERENCE = re.compile(rf"<({_NAME})/({_NAME})>")
_BRACKETS = re.compile(r"<([^<>]*)>")
_WORD = re.compile(rf"<{_NAME}/{_NAME}>|\w+(?:['’-]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class Text:
    """A piece of a prompt that holds plain words, spaces included."""

    text: str


@dataclass(frozen=True)
class TokenRef:
    """A reference to a token of the library."""

    person: str
    name: str

    @property
    def full_name(self) -> str:
        """The library name ``person/name``."""
        return f"{self.person}/{self.name}"

    def __str__(self) -> str:
        return f"<{self.person}/{self.name}>"


Part = Text | TokenRef


def check_name(name: str, what: str = "name") -> str:
    """The name of a person, token or tag in its one spelling (Unicode NFC).

    Raises:
        InputError: empty, longer than 64 characters, or with anything but letters, digits, ``-``, ``_`` and ``.`` inside.
    """
    normal = unicodedata.normalize("NFC", name)
    if len(normal) > MAX_NAME:
        raise InputError(
            Sentence("The {} is longer than {} characters.", what, MAX_NAME), "Choose a shorter one."
        )
    if not re.fullmatch(_NAME, normal):
        raise InputError(
            Sentence("'{}' cannot be a {}.", _printable(name), what),
            "Use letters, digits, '-', '_' and '.', beginning with a letter or digit.",
        )
    return normal


def parse_ref(full_name: str) -> TokenRef:
    """``person/name`` (with or without angle brackets) as a reference.

    Raises:
        InputError: not of this form.
    """
    person, slash, name = full_name.removeprefix("<").removesuffix(">").partition("/")
    if not slash:
        raise InputError(
            Sentence("'{}' is no token name.", _printable(full_name)),
            "Write it as PERSON/NAME, e.g. anna/me.",
        )
    return TokenRef(check_name(person, "person's name"), check_name(name, "token name"))


def split(prompt: str) -> list[Part]:
    """The prompt in pieces, in order: ``"a <anna/me> woman"`` -> ``[Text("a "), TokenRef("anna", "me"), Text(" woman")]``.

    Raises:
        PromptError: angle brackets around something that is no ``person/name``.
    """
    prompt = unicodedata.normalize("NFC", prompt)
    for brackets in _BRACKETS.finditer(prompt):
        if not _REFERENCE.fullmatch(brackets.group()):
            raise PromptError(
                Sentence("'{}' in the prompt is no token.", _printable(brackets.group())),
                "Write a token as <person/name>.",
            )
    parts: list[Part] = []
    end = 0
    for match in _REFERENCE.finditer(prompt):
        if match.start() > end:
            parts.append(Text(prompt[end : match.start()]))
        parts.append(TokenRef(match.group(1), match.group(2)))
        end = match.end()
    if end < len(prompt):
        parts.append(Text(prompt[end:]))
    return parts


def references(prompt: str) -> list[TokenRef]:
    """The token references of a prompt, in order.

    Raises:
        PromptError: as `split`.
    """
    return [part for part in split(prompt) if isinstance(part, TokenRef)]


def insert_token(prompt: str, class_noun: str, ref: TokenRef | str) -> str:
    """Put ``ref`` before the first ``class_noun`` of the prompt; a prompt that names it already is left as it is.

    ``insert_token("a photo of a woman", "woman", "anna/me")`` -> ``"a photo of a <anna/me> woman"``.

    Raises:
        PromptError: the class noun does not occur, or a reference is malformed.
        InputError: ``ref`` is no token name.
    """
    prompt = unicodedata.normalize("NFC", prompt)
    token = parse_ref(ref) if isinstance(ref, str) else ref
    if token in references(prompt):
        return prompt
    noun = " ".join(class_noun.split())
    match = None
    if 0 < len(noun) <= len(prompt):
        pattern = r"\s+".join(re.escape(word) for word in noun.split())
        match = re.search(rf"(?<!\w){pattern}(?!\w)", prompt, re.IGNORECASE)
    if match is None:
        raise PromptError(
            Sentence("The prompt does not contain the class noun '{}'.", _printable(noun)),
            Sentence(
                'Name the subject as in "a photo of a {}", or write {} where it belongs.',
                _printable(noun) or "person",
                token,
            ),
        )
    return f"{prompt[: match.start()]}{token} {prompt[match.start() :]}"


def keep_tokens(prompt: str, before: str, nouns: Mapping[str, str]) -> str:
    """A prompt with the references of another one, each before its class noun if the prompt has it.

    Args:
        before: the prompt with the references. nouns: token -> class noun, if known.
    """
    for reference in references(before):
        with contextlib.suppress(PromptError):
            prompt = insert_token(prompt, nouns.get(reference.full_name, ""), reference)
    return prompt


def words(prompt: str) -> list[str]:
    """The words of a prompt in lower case; references and punctuation marks are words of their own."""
    found = _WORD.findall(unicodedata.normalize("NFC", prompt))
    return [word if word.startswith("<") and len(word) > 1 else word.lower() for word in found]


def changed_words(source: str, target: str) -> tuple[list[str], list[str]]:
    """Words that the edit removes and adds: ``(removed, added)``, without references, punctuation and function words.

    ``("a woman with black hair", "a smiling woman with red hair")`` -> ``(["black"], ["smiling", "red"])``.
    """
    before, after = words(source), words(target)
    mapping = align_words(source, target)
    removed = [word for index, word in enumerate(before) if index not in mapping]
    added = [word for word, partner in zip(after, mapping, strict=True) if partner is None]
    return [w for w in removed if is_telling(w)], [w for w in added if is_telling(w)]


def uncovers(source: str, target: str) -> bool:
    """Whether the edit uncovers the person's own looks: words are removed without a replacement (a hat or glasses), or the
    target says so ("without glasses", "eyes open")."""
    removed, added = changed_words(source, target)
    return not _UNCOVERING.isdisjoint(added) or (bool(removed) and not added)


_UNCOVERING = frozenset(
    {"without", "no", "not", "bare", "open", "opened", "shaved", "shaven", "removed", "off", "uncovered"}
)
FUNCTION_WORDS = frozenset(
    {"a", "an", "the", "of", "in", "on", "at", "and", "with", "wearing", "to", "her", "his", "their", "is"}
)
"""Function words."""


def align_words(source: str, target: str, replaced: bool = False) -> list[int | None]:
    """For each word of ``words(target)`` the index in ``words(source)`` it came from, or None where it is new.

    The word-level mapping of Prompt-to-Prompt (Hertz et al. 2022, section 4): attention of words both prompts share is taken
    from the source, new words keep their own. A shared word that has moved is found again, so the indices need not increase.

    Args:
        replaced: a block of new words takes the place of an old block of equally many words, word by word.
    """
    before, after = words(source), words(target)
    mapping: list[int | None] = [None] * len(after)
    blocks = []
    for tag, i1, i2, j1, j2 in _opcodes(before, after):
        if tag == "equal":
            mapping[j1:j2] = range(i1, i2)
        elif tag == "replace" and i2 - i1 == j2 - j1:
            blocks.append((i1, j1, j2))
    left = [i for i in range(len(before)) if i not in mapping]
    for j, word in enumerate(after):
        moved = next((i for i in left if mapping[j] is None and before[i] == word), None)
        if moved is not None:
            mapping[j] = moved
            left.remove(moved)
    if replaced:
        for i1, j1, j2 in blocks:
            for j in range(j1, j2):
                if mapping[j] is None and i1 + j - j1 in left:
                    mapping[j] = i1 + j - j1
    return mapping


def _opcodes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    if len(before) * len(after) > _MOST_PAIRS:
        return _ends(before, after)
    return difflib.SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()  # type: ignore[return-value]


def _ends(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Opcodes that find equal words only at both ends: fast for very long prompts."""
    m, n = len(before), len(after)
    most = min(m, n)
    head = next((i for i in range(most) if before[i] != after[i]), most)
    tail = next((i for i in range(most - head) if before[m - 1 - i] != after[n - 1 - i]), most - head)
    return [
        ("equal", 0, head, 0, head),
        ("replace", head, m - tail, head, n - tail),
        ("equal", m - tail, m, n - tail, n),
    ]


def is_telling(word: str) -> bool:
    """Whether a word has content: no punctuation, reference or function word."""
    return (word[0].isalnum() or word[0] == "_") and word not in FUNCTION_WORDS


def _printable(text: str) -> str:
    """At most 40 characters of ``text`` with control characters escaped, for an error's sentence."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown if len(shown) <= 40 else shown[:39] + "…"
