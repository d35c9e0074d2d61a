"""A concept: what a patient has, had or takes; the keys by which its names and codes are compared."""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Iterable
from typing import Literal

from eligo.dataclass import dataclass, fields
from eligo.regex import regex

ConceptKind = Literal["condition", "procedure", "medication", "state", "attestation"]
Aspect = Literal["event", "state", "exposure"]
Sex = Literal["male", "female"]

_KEPT = 8192  # words whose singular is kept: texts and records have the same ones again and again
_TOKEN = regex(r"[^\W_]+")
_POSSESSIVE = regex(r"(?<=\w)['’](?:s\b)?")
_SIGN = regex(r"[\s(]*([+-])[)\s]*$")  # of a test: HBsAg (+), HIV-


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that a patient has, had or takes, or that a person must attest.

    `exact` are the synonyms that count in running text only in just this case (TIPS, not tips), `ambiguous` those
    that may mean something else as well (SBP). `codes` are (system, code) with the short name of the system. `parents`
    are what it is a kind of, without exception. `sex` is the only one that can have it. `grade_variable` is the ordinal
    that grades it: 0 is its absence. `per_criterion` is an attestation whose name alone does not say what is attested.

    `aspect` says how times with it are meant: an event happens (a stroke), a state goes on (diabetes), an exposure goes
    on while it is given (a medication, dialysis). What `fluctuates` waxes and wanes: on a list, it need not be active;
    where only `kinds_fluctuate`, an entry of the class itself is.
    """

    id: str
    name: str
    kind: ConceptKind
    synonyms: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    parents: tuple[str, ...] = ()
    sex: Sex | None = None
    grade_variable: str | None = None
    per_criterion: bool = False
    aspect: Aspect = "state"
    fluctuates: bool = False
    kinds_fluctuate: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """All ways to write it, its name first."""
        return (self.name, *self.synonyms, *self.exact)


def word_key(word: str, spellings: Iterable[Iterable[str]]) -> str:
    """Reduce a name to what counts when two are compared; `spellings` are replacements such as British to American."""
    return words_key(singular_words(word), spellings)


def words_key(words: Iterable[str], spellings: Iterable[Iterable[str]]) -> str:
    """Reduce a name that is split into its words (`singular_words`) to what counts when two are compared."""
    text = "".join(words)
    for written, kept in spellings:
        text = text.replace(written, kept)
    return text


def words_of(name: str) -> list[str]:
    """The words of a name, without accents, possessives, marks and case."""
    return _TOKEN.findall(_plain(name).casefold())


def singular_words(name: str) -> list[str]:
    """The words of a name (`words_of`), each without its plural."""
    return [singular(word) for word in words_of(name)]


def code_key(code: str) -> str:
    """Reduce a code to its letters and digits: `k70.30` is `K7030`."""
    return code.strip().upper().replace(".", "")


def _plain(word: str) -> str:
    """The word without accents and possessives, with the sign of a test in words: Sjögren's is Sjogren."""
    text = _POSSESSIVE.sub("", word) if "'" in word or "’" in word else word
    if "+" in text or "-" in text:
        text = _SIGN.sub(lambda m: " positive" if m[1] == "+" else " negative", text)
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


@functools.lru_cache(_KEPT)
def singular(token: str) -> str:
    """A word in small letters without the `s` of a plural."""
    if len(token) > 4 and token.endswith("ies"):
        return token[:-3] + "y"
    if len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-1]
    return token


def freeze(concept: Concept) -> str:
    """Turn a concept into a row of JSON text: a start loads all of them and reads only those that are asked for."""
    return json.dumps([getattr(concept, f.name) for f in fields(Concept)], ensure_ascii=False)


def thaw(row: str) -> Concept:
    """The concept of such a row."""
    id_, name, kind, synonyms, exact, ambiguous, codes, parents, *rest = json.loads(row)
    pairs = tuple((system, code) for system, code in codes)
    return Concept(id_, name, kind, tuple(synonyms), tuple(exact), tuple(ambiguous), pairs, tuple(parents), *rest)
