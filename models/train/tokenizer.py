"""A CLIP tokenizer with a small vocabulary of its own.

Like OpenAI's: 256 byte symbols, the same 256 at the end of a word (`</w>`), merges, and the two special tokens
last. The merges are learned from a list of words until every one of them is a single token; any other text is
spelled in smaller pieces. End-of-text has the highest id, which Stable Diffusion code relies on to find the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from transformers import CLIPTokenizer

from ..drawing.captions import GRAMMAR_WORDS
from ..drawing.names import CAR_NAMES, PERSON_NAMES

START, END = "<|startoftext|>", "<|endoftext|>"
LENGTH = 48

COMMON_WORDS = """
the of and to a in is it you that he was for on are with as his they be at one have this from or had by
not word but what some we can out other were all there when up use your how said an each she which do
their time if will way about many then them write would like so these her long make thing see him two has
look more day could go come did number sound no most people my over know water than call first who may
down side been now find any new work part take get place made live where after back little only round man
year came show every good me give our under name very through just form sentence great think say help low
line differ turn cause much mean before move right boy old too same tell does set three want air well
also play small end put home read hand port large spell add even land here must big high such follow act
why ask men change went light kind off need house picture try us again animal point mother world near
build self earth father head stand own page should country found answer school grow study still learn
plant cover food sun four between state keep eye never last let thought city tree cross farm hard start
might story saw far sea draw left late run while press close night real life few north open seem together
next white children begin got walk example ease paper group always music those both mark often letter
until mile river car feet care second book carry took science eat room friend began idea fish mountain
stop once base hear horse cut sure watch color face wood main enough plain girl usual young ready above
ever red list though feel talk bird soon body dog family direct pose leave song measure door product
black short photo photograph portrait image painting drawing woman wearing eyes hair lips mouth nose ear
neck skin smile bright dark soft sharp blurry quality detailed background standing front view realistic
cat blue green yellow pink purple orange brown grey gray blonde gold silver street sky road grass flower
snow rain window shirt dress
"""
"""Frequent English words and words of prompts; each becomes one token."""


def byte_symbols() -> list[str]:
    """The printable stand-in of each byte 0..255, as byte-level BPE of GPT-2 and CLIP defines it."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    table = {b: chr(b) for b in shown} | {b: chr(256 + i) for i, b in enumerate(hidden)}
    return [table[b] for b in range(256)]


def learn_merges(words: Iterable[str]) -> list[tuple[str, str]]:
    """Merge the most frequent pair (ties: the first in the alphabet) until every word is one piece."""
    pieces = {word: [*word[:-1], word[-1] + "</w>"] for word in words}
    counts = Counter(pair for p in pieces.values() for pair in pairwise(p))
    holders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for word, p in pieces.items():
        for pair in pairwise(p):
            holders[pair].add(word)
    merges: list[tuple[str, str]] = []
    while counts:
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        merges.append(best)
        for word in holders.pop(best):  # only the words that hold the pair change
            before = pieces[word]
            after = pieces[word] = _merge(before, best)
            counts.subtract(pairwise(before))
            counts.update(pairwise(after))
            for pair in pairwise(after):
                holders[pair].add(word)
            for pair in set(pairwise(before)) - set(pairwise(after)):
                holders[pair].discard(word)
        counts = +counts  # drops the pairs that are gone
    return merges


def _merge(pieces: list[str], pair: tuple[str, str]) -> list[str]:
    merged: list[str] = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged


def build_tokenizer() -> CLIPTokenizer:
    """Tokenizer in which every alphabetic word of the captions' grammar and every name is one token; length 48."""
    grammar = {part for word in GRAMMAR_WORDS for part in word.lower().split()}
    known = grammar | set(COMMON_WORDS.split()) | {*PERSON_NAMES, *CAR_NAMES}
    words = sorted(w for w in known if w.isascii() and w.isalpha())
    merges = learn_merges(words)
    symbols = byte_symbols()
    vocabulary = dict.fromkeys([*symbols, *(s + "</w>" for s in symbols), *(a + b for a, b in merges)])
    ids = {token: i for i, token in enumerate([*vocabulary, START, END])}
    return CLIPTokenizer(
        vocab=ids,
        merges=merges,
        bos_token=START,
        eos_token=END,
        unk_token=END,
        pad_token=END,
        model_max_length=LENGTH,
    )
