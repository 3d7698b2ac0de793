"""Prompts as people type and paste them, made into plain words, weights and notes. Standard library only.

    "a (blonde:1.4) woman\\u200b"                       ->  "a blonde woman", {"blonde": 1.4}
    "a cat\\nNegative prompt: dog\\nSteps: 20, Seed: 1"  ->  "a cat", and a note that the rest is left out

Weights are those of Stable Diffusion web UI and ComfyUI, ``(word:1.4)``, ``(word)``, ``[word]``, and of compel, ``word++`` and
``(word)1.4``. The text of ``<person/name>`` is not changed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from s2edit_plugin.api.prompts import words

__all__ = ["ReadPrompt", "clean", "read_prompt"]

STEP = 1.1  # factor of a pair of brackets, or a plus
MAX_WEIGHT = 10.0
MAX_DEPTH = 20

_REFERENCE = re.compile(r"<[^<>\s:]+/[^<>\s:]+>")
_FULL_WIDTH_REFERENCE = re.compile(r"\uff1c([^<>\uff1c\uff1e\s]+?)[/\uff0f]([^<>\uff1c\uff1e\s]+?)\uff1e")
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
_LIKE_ASCII = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′＇", "'"),
        **dict.fromkeys("“”„‟″«»〝〞＂", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "\u2800": " ",
    }
)
_LINKED = re.compile(r"<(lora|lyco|locon|hypernet|embedding)\s*:[^<>]{0,200}>", re.IGNORECASE)
_NEGATIVE = re.compile(r"(?:^|[\n.,;\s])negative prompts?\s?:", re.IGNORECASE)
_SETTINGS = re.compile(
    r"(?:^|[\n.,;\s])(?:(?:steps|cfg scale|seed)\s?:\s?[\d.]{1,20}|sampler\s?:\s?[^,:\n]{1,40})\s?,\s?[a-z][a-z ]{1,40}:",
    re.IGNORECASE,
)
_BREAK = re.compile(r"\s*\bBREAK\b\s*")
_ALTERNATION = re.compile(r"\[([^\[\]]*)\]")
_NUMBER = re.compile(r"\s*:\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*\Z")
_AFTER = re.compile(r"\++|-+(?![\w-])|\d+\.\d+|\d+(?![\w])")
_PLUS = re.compile(r"\+{1,8}(?![\w+])")
_FUNCTION_WORDS = frozenset(
    ("a", "an", "the", "of", "in", "on", "at", "and", "or", "with", "wearing", "to", "her", "his", "their", "its", "is")
)  # fmt: skip


@dataclass(frozen=True)
class ReadPrompt:
    """A prompt in plain words.

    Attributes:
        weights: word or reference -> factor of its attention. notes: sentences on parts that were removed.
    """

    prompt: str
    weights: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def about_weights(self) -> str:
        """A sentence on the weights, "" if there are none."""
        read = ", ".join(f"{word} {factor:g}" for word, factor in self.weights.items())
        return f"Read as weights of words: {read}." if read else ""


def read_prompt(text: str) -> ReadPrompt:
    """Parse a prompt; see the module's docstring."""
    notes = []
    kept, left_out = _without_block(_clean(text, keep_lines=True))
    if left_out:
        notes.append(left_out)
    kept, linked = _LINKED.subn(" ", kept)
    if linked:
        notes.append("LoRAs and the like in a prompt are left out.")
    weighted = _Weighted(_without_alternations(_BREAK.sub(", ", kept)))
    return ReadPrompt(_tidy(weighted.text), weighted.weights, tuple(notes))


def clean(text: str) -> str:
    """One line without invisible characters; quotes, dashes, digits and full-width letters as ASCII has them."""
    return _clean(text, keep_lines=False)


def _clean(text: str, *, keep_lines: bool) -> str:
    text = _FULL_WIDTH_REFERENCE.sub(r"<\1/\2>", unicodedata.normalize("NFC", text))
    cleaned, end = [], 0
    for reference in _REFERENCE.finditer(text):
        cleaned += [_plain(text[end : reference.start()]), _visible(reference.group())]
        end = reference.end()
    lines = "".join([*cleaned, _plain(text[end:])]).splitlines()
    stripped = [" ".join(line.split()) for line in lines]
    return ("\n" if keep_lines else " ").join(line for line in stripped if line)


def _plain(text: str) -> str:
    shown = unicodedata.normalize("NFKC", _visible(text).translate(_LIKE_ASCII)).translate(_LIKE_ASCII)
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in shown)


def _visible(text: str) -> str:
    """Without invisible characters; control characters and all kinds of spaces become spaces."""
    text = _INVISIBLE.sub("", text)
    return "".join(_shown(c) for c in text)


def _shown(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cf", "Co", "Cs", "Cn"):
        return ""
    if character in "\n\r" or kind in ("Zl", "Zp"):
        return "\n"
    return " " if kind in ("Cc", "Zs") else character


def _without_block(text: str) -> tuple[str, str]:
    """The prompt without a pasted negative prompt and settings, and a sentence on those, "" for none."""
    negative, settings = _NEGATIVE.search(text), _SETTINGS.search(text)
    starts = [found.start() for found in (negative, settings) if found is not None]
    if not starts:
        return text, ""
    if negative is None:
        note = "The settings pasted with the prompt are left out."
    elif settings is None:
        note = "The negative prompt pasted with the prompt is left out."
    else:
        note = "The negative prompt and the settings pasted with the prompt are left out."
    return text[: min(starts)].strip(" ,;\n"), note


def _without_alternations(text: str) -> str:
    """``[before:after:0.5]`` becomes ``after``, ``[one|other]`` the first."""

    def chosen(match: re.Match[str]) -> str:
        inside = match.group(1)
        if "|" in inside:
            return inside.partition("|")[0]
        parts = inside.split(":")
        if len(parts) == 3:
            return parts[1]
        return match.group()

    return _ALTERNATION.sub(chosen, text)


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    return re.sub(r",(?:\s*,)+", ",", text).strip(" ,;")


class _Weighted:
    """Removes brackets and pluses from a text and records their weights.

    Attributes:
        text: the remaining text. weights: word -> factor; for a word in several brackets the product.
    """

    def __init__(self, text: str) -> None:
        self.weights: dict[str, float] = {}
        balanced = len(text) < 10_000 and _is_balanced(text)
        self.text = self._read(text, 1.0, 0) if balanced else re.sub(r"[()\[\]]", " ", text)

    def _read(self, text: str, factor: float, depth: int) -> str:
        """A text inside brackets that weigh ``factor`` together, without the brackets in it."""
        left, start, at = [], 0, 0
        while at < len(text):
            character = text[at]
            if character == "\\" and text[at + 1 : at + 2] in ("(", ")", "[", "]"):
                left.append(self._words(text[start:at], factor) + " ")
                at += 2
                start = at
            elif character in "([":
                end = _closing(text, at)
                left.append(self._words(text[start:at], factor))
                inside, own, at = _group(text, at, end)
                left.append(self._read(inside, factor * own, depth + 1))
                start = at
            else:
                at += 1
        left.append(self._words(text[start:], factor))
        return "".join(left)

    def _words(self, text: str, factor: float) -> str:
        """Words outside further brackets; pluses behind a word weigh it."""
        parts, end = [], 0
        for plus in _PLUS.finditer(text):
            before = text[end : plus.start()]
            if not before or before[-1].isspace():
                continue  # "cat + dog"
            head, _, last = before.rpartition(" ")
            self._note(head, factor)
            self._note(last, factor * STEP ** len(plus.group()))
            parts.append(before)
            end = plus.end()
        self._note(text[end:], factor)
        return "".join([*parts, text[end:]])

    def _note(self, text: str, factor: float) -> None:
        if abs(factor - 1) < 1e-6:
            return
        for word in words(text):
            if len(word) > 1 and word not in _FUNCTION_WORDS:
                self.weights[word] = round(min(max(factor, -MAX_WEIGHT), MAX_WEIGHT), 4)


def _is_balanced(text: str) -> bool:
    """Whether brackets are balanced and not nested too deeply."""
    open_ones: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] in "([":
            open_ones.append({"(": ")", "[": "]"}[text[at]])
        elif text[at] in ")]" and (not open_ones or open_ones.pop() != text[at]):
            return False
        if len(open_ones) > MAX_DEPTH:
            return False
        at += 1
    return not open_ones


def _closing(text: str, start: int) -> int:
    """Where the bracket that opens at ``start`` closes, in a balanced text."""
    depth, at = 0, start
    while True:
        if text[at] == "\\":
            at += 1
        elif text[at] in "([":
            depth += 1
        elif text[at] in ")]":
            depth -= 1
            if depth == 0:
                return at
        at += 1


def _group(text: str, start: int, end: int) -> tuple[str, float, int]:
    """The text in a pair of brackets, its factor, and the position after it."""
    inside, after = text[start + 1 : end], end + 1
    number = _NUMBER.search(inside)
    if number is not None and text[start] == "(":
        return inside[: number.start()], float(number.group(1)), after
    if text[start] == "[":
        return inside, 1 / STEP, after
    behind = _AFTER.match(text, after)
    if behind is not None:
        sign = behind.group()
        factor = (
            STEP ** len(sign) if sign[0] == "+" else STEP ** -len(sign) if sign[0] == "-" else float(sign)
        )
        return inside, factor, behind.end()
    return inside, STEP, after
