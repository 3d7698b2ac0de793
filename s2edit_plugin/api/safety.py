"""Which prompts are refused: nudity and sex, with a token of a person; and with a child, always. Standard library only.

A list of words: it stops ordinary requests, not deliberate evasion. Negations
do not count as such, because the text encoder does not understand them either: "not naked" draws what it names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from s2edit_plugin.errors import SafetyError

__all__ = ["check_prompts", "is_sexual"]

# Prefixes of words, in the spelling of `_plain`: lower case, no accents.
_CLOTHES = r"(?:bra|cloth(?:es|ing)|dress|panties|underwear)\b"
_BEGINNINGS = (
    # English
    "anal sex", "areola", "bare (?:ass|breast|butt)", "bdsm", "blow ?job", r"boobs?\b", r"breasts\b", "buttocks", "butt ?plug",
    "camel ?toe", "cock ?ring", "cum ?shot", r"cum\b", "cunnilingus", "cunt", "dick ?pic", "dildo", "disrobe", "erotic",
    "exposed (?:breast|chest|genital|nipple)", "fellatio", "fetish", "fuck", "g string", "gang ?bang", "genital", "hand ?job",
    "hentai", "horny", "intercourse", "lingerie", "masturbat", r"milf\b", "naked", r"nipples?\b", "no cloth(?:es|ing)", "nsfw",
    r"nud(?:e|es|ity|ist|ists|ism)\b", "only ?fans", "orgasm", "orgy", "panties", "penis", "phallus", "porn", "prostitut",
    "pussy", "see through (?:blouse|bra|cloth|dress|lingerie|shirt|skirt|top|underwear)", r"semen\b", "sex", "slut",
    "spread legs", "strip ?tease", "stripper", "stripping", r"thongs?\b", "threesome", r"tits\b", "topless", "unclothed",
    "undress", "up ?skirt", "vagina", "vibrator", "vulva", "wearing (?:nothing|only underwear)", "whore", r"xxx\b",
    "without (?:any |her |his )?" + _CLOTHES,
    "(?:remove|removing|take|taking|took|pull|pulling) (?:off )?(?:all |her |his |the |their )*" + _CLOTHES,
    # German, French, Spanish, Italian, Portuguese
    "nackt", "entblo(?:ss|sst)", "entkleide", "unbekleidet", "oben ohne", "ohne kleid", r"bruste\b", "dessous", "reizwasche",
    r"nues?\b", r"tout nu\b", "seins nus", "denude", "deshabill", "sans vetement",
    "desnud", "sin ropa", r"nud[aoi]s?\b", "senza vestit", "spogliat", r"pelad[ao]s?\b", "sem roupa",
)  # fmt: skip
_SEXUAL = re.compile(r"\b(?:" + "|".join(_BEGINNINGS) + ")")
# Words spelled letter by letter, with any text before and after.
_SPELLED_OUT = re.compile("fuck|lingerie|naked|nsfw|nude|porn|sex|topless|undress")
# Harmless words that contain one of these words.
_HARMLESS = re.compile(
    r"\bnude (?=beige|colou?r|eye ?shadow|heels|lip|make ?up|nail|palette|pumps|shade|shoes|tone)"
    r"|\bnaked (?:eye|mole rat)|\b(?:same|opposite|either) sex\b|\bboth sexes\b|\bsex(?:tet|tant|ton|tup|age)\w*|\bcum laude\b"
    r"|\bpussy ?(?:cat|willow)\w*|\b(?:chicken|duck|turkey) breasts\b"
)
_CHILD = re.compile(
    r"\b(?:bab(?:y|ies)|boys?|child|children|girls?|infants?|kids?|kindergarten\w*|loli\w*|minors?|pre ?teens?"
    r"|school ?(?:boy|girl)\w*|shota\w*|teen(?:s|age\w*)?|toddlers?|under ?age\w*|1[0-7] years? old|[1-9] years? old"
    r"|kinder|madchen|junge|enfants?|fillettes?|nin[ao]s?|bambin[aio]|crianca\w*)\b"
)
_REFERENCE = re.compile(r"<[^<>]*>")
# Digits and signs in place of letters.
_DISGUISE = str.maketrans("013457@$€", "oieastase")
# A word with one of these in it may be written with digits and signs for letters; "1999" is only a number. Two scans, each of
# them linear: a single pattern for both would restart at every digit of a long number.
_MIXED = re.compile(r"[\w@$€]+")
_LETTER = re.compile(r"[a-z@$€]")
_SPELLED = re.compile(r"\b(?:\w[ ]){2,}\w\b")


def check_prompts(prompts: Iterable[str], *, person: bool) -> None:
    """Refuse prompts that ask for nudity or sex with a person, or with a child in any case.

    Args:
        prompts: all prompts; references to tokens are ignored.
        person: whether a token of a person is used.

    Raises:
        SafetyError: one of them does.
    """
    written = " . ".join(prompts)
    if is_sexual(written) and (person or _CHILD.search(_plain(written))):
        raise SafetyError(
            "Prompts about nudity or sex are refused where the photo may show a person.",
            "Say it in other words if nothing of the kind was meant.",
        )


def is_sexual(prompt: str) -> bool:
    """Whether the words of a prompt request nudity or sex."""
    plain = _plain(prompt)
    for text in (plain, _MIXED.sub(_deobfuscated, plain)):
        if _SEXUAL.search(_HARMLESS.sub(" ", text)):
            return True
        spelled = (
            letters.group().replace(" ", "").translate(_DISGUISE) for letters in _SPELLED.finditer(text)
        )
        if any(_SPELLED_OUT.search(word) for word in spelled):
            return True
    return False


def _deobfuscated(word: re.Match[str]) -> str:
    """A word with digits and signs replaced by letters; numbers are unchanged."""
    text = word.group()
    return text.translate(_DISGUISE) if _LETTER.search(text) else text


def _plain(prompt: str) -> str:
    """Lower case without references, accents, invisible characters and punctuation: words with one space between them."""
    text = unicodedata.normalize("NFKD", _REFERENCE.sub(" ", prompt).casefold())
    text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join(re.sub(r"[^\w@$€]|_", " ", text).split())
