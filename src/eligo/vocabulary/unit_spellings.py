"""Any spelling of a unit in, its parts and its one UCUM code out; None for what is not known.

The words are data (`grammar/units.yaml`); here is only how parts join: powers of ten, products, quotients, exponents.
A spelling that could mean two sizes is refused, never guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir
from eligo.dataclass import dataclass
from eligo.regex import regex

MARKS = frozenset("/%°º^*.·²³μ'\"⁄℃")  # with which a unit in running text can begin


@dataclass(frozen=True, slots=True)
class Unit:
    """A power of ten times UCUM atoms (with their prefixes), each with its exponent, in the order of the text."""

    power: int
    atoms: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        above = [f"10*{self.power}"] if self.power else []
        above += [f"{atom}{exponent if exponent > 1 else ''}" for atom, exponent in self.atoms if exponent > 0]
        below = [f"/{atom}{-exponent if exponent < -1 else ''}" for atom, exponent in self.atoms if exponent < 0]
        return ".".join(above) + "".join(below) or "1"


def ucum(text: str) -> str | None:
    """Turn a laboratory's or a protocol's spelling of a unit into its UCUM code, or None where it is not known.

    >>> ucum("µmol/l"), ucum("x 10⁹/L"), ucum("cells/mm³"), ucum("furlong")
    ('umol/L', '10*9/L', '/uL', None)
    """
    return next(iter(readings(text)), None)


@functools.lru_cache(maxsize=4096)
def readings(text: str) -> tuple[str, ...]:
    """List the UCUM codes that a spelling can mean; more than one only where the variable tells them apart (`G/L`)."""
    plain = _plain(text)
    squeezed = _squeeze(plain)
    several: list[str] = _spellings()["by_variable"].get(squeezed)
    if several:
        return tuple(several)
    logarithm: str | None = _spellings()["logarithms"].get(squeezed.casefold())
    if logarithm:
        return (logarithm,)
    unit = parse(plain)
    return (str(unit),) if unit else ()


@functools.lru_cache(maxsize=4096)
def begins_unit(first: str) -> bool:
    """Whether a unit in running text can begin with this word or mark."""
    return first[0] in MARKS or first[0] in "[{m" or ucum(first) is not None or ucum(first.upper()) is not None


def parse(text: str) -> Unit | None:
    """Split a spelling into its parts, or give None where a part is not known."""
    plain = _plain(text)
    # No unit is longer; a run-away text is not worth a search.
    if not plain or len(plain) > 60:
        return None
    unit, bare = _parse(plain), plain.rstrip(".")
    return _parse(bare) if unit is None and bare != plain else unit


def under_logarithm(code: str) -> str | None:
    """Name the unit of the numbers whose logarithms have this code, or None where it is no logarithm."""
    inner: str | None = _spellings()["under_logarithm"].get(code)
    return inner


def pint_name(atom: str) -> str:
    """Name an atom of a parsed unit as `grammar/units.txt` does."""
    name: str = _spellings()["pint"][atom]
    return name


@functools.lru_cache(maxsize=1024)
def says_no_unit(text: str) -> bool:
    """Whether what stands in the place of a unit says that there is none.

    >>> says_no_unit("{calc}"), says_no_unit("unitless"), says_no_unit("{copies}"), says_no_unit("mg/dL")
    (True, True, False, False)
    """
    plain = _plain(text)
    if _NOTES_ALONE.fullmatch(plain):
        return ucum(plain) is None
    return _squeeze(plain).casefold() in _spellings()["unitless"]


def common() -> list[str]:
    """List the codes that are worth making ready before anyone asks."""
    codes: list[str] = _spellings()["common"]
    return codes


def codes_and_words() -> Iterator[str]:
    """List what a suggestion may name."""
    data = _spellings()
    yield from data["common"]
    yield from data["exact"]


_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED_RUN = regex("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_POWER = regex(
    r"""(?:[xX*]\s*)?
    (?: 10\s?(?:\^|\*\*|\*|[eE]|')\s?(?:\(([+-]?[0-9]{1,2})\)|([+-]?[0-9]{1,2}))   # 10^9  10*9  10E9  10^(9)
      | 10\s?[(\[]([0-9]{1,2})[)\]]                                                # 10(9)
      | 1?[eE]([0-9]{1,2})(?=\s*/) )                                               # 1e9/L  E9/L
    (?![0-9])""",
    re.VERBOSE,
)
_LOST = regex(r"[xX*]\s*10\s?([0-9]{1,2})(?![0-9])")
_ZEROS = regex(r"(?:[xX*]\s*)?1([ ,]?000)+(?![0-9,])")
_PER = regex(r"(?:^|(?<=[\W\s]))\s*per\s+", re.IGNORECASE)
_SLASH = regex(r"/(?![^{(]*[})])")
_PRODUCT = regex(r"[.*](?![0-9])| ")
_EXPONENT = regex(r"(.+?)(?:\^|\*\*)?([+-]?[1-5])")
_NOTES_ALONE = regex(r"1?(?: ?\{[^{}]*\})+")
_NOTE = regex(r"([^{}]+)\{[^{}]*\}")


def _plain(text: str) -> str:
    """Write one character for each sign, `^` before raised digits after a ten, and single blanks."""
    if text.isascii():
        return " ".join(text.replace("\\", "").split())
    text = text.translate(_characters())
    return " ".join(_RAISED_RUN.sub(_lower_digits, text).split())


def _lower_digits(run: re.Match[str]) -> str:
    caret = "^" if run.string[: run.start()].endswith("10") else ""
    return caret + run[0].translate(_RAISED)


def _squeeze(text: str) -> str:
    return text.replace(" ", "")


def _parse(plain: str) -> Unit | None:
    data = _spellings()
    squeezed = _squeeze(plain)
    phrase = data["exact_phrases"].get(squeezed) or data["phrases"].get(squeezed.casefold())
    if phrase:
        return parse(phrase)
    if squeezed == "1":
        return Unit(0, ())
    whole = _atom(plain)
    if whole:
        return Unit(0, ((whole, 1),))
    power, rest = _split_power(_PER.sub("/", plain).strip())
    above, *below = _SLASH.split(rest)
    divisors = _divisors(below)
    if divisors is None:
        return None
    above = above.strip(" *").lstrip(".")
    counted = None if power else _count_letter(above, divisors)
    if counted is not None:
        power, above = counted, ""
    factors = [] if above in ("", "1") else _factors(above)
    return None if factors is None else _join(power, factors + divisors)


def _split_power(text: str) -> tuple[int, str]:
    """Take off the power of ten that the text begins with (0 for none)."""
    if found := _POWER.match(text):
        return int(next(g for g in found.groups() if g)), text[found.end() :]
    if (found := _LOST.match(text)) and int(found[1]) in _spellings()["lost_superscript"]:
        return int(found[1]), text[found.end() :]
    if found := _ZEROS.match(text):
        return found[0].count("0"), text[found.end() :]
    return 0, text


def _divisors(texts: list[str]) -> list[tuple[str, int]] | None:
    """Read the parts below the line; each text stands after one slash."""
    parts: list[tuple[str, int]] = []
    for text in texts:
        inner = text.strip()
        grouped = inner.startswith("(") and inner.endswith(")") and not _atom(inner)
        factors = _factors(inner[1:-1] if grouped else inner)
        # UCUM reads `a/b.c` as a/b times c, people read a/(b.c): only brackets settle it.
        if factors is None or (not grouped and any(exponent > 0 for _, exponent in factors[1:])):
            return None
        parts += [(atom, -exponent if i == 0 or grouped else exponent) for i, (atom, exponent) in enumerate(factors)]
    return parts


def _count_letter(above: str, divisors: list[tuple[str, int]]) -> int | None:
    """Read `K` in `K/uL`: a letter or word that multiplies a count, over a volume that it is printed with."""
    data = _spellings()
    word, _, noun = above.partition(" ")
    if len(divisors) != 1 or (noun and _atom(noun) not in data["drop"]):
        return None
    over, exponent = divisors[0]
    power: int | None = data["counts"].get(f"{word}/{over}") if exponent == -1 else None
    return power


def _factors(text: str) -> list[tuple[str, int]] | None:
    """Read a product; a blank joins only before a negative exponent or beside a counted thing."""
    atom = _atom(text)
    if atom:
        return [(atom, 1)]
    parts = [_power_of_atom(piece) for piece in _PRODUCT.split(text)]
    known = [part for part in parts if part]
    if len(known) < len(parts):
        return None
    counted = any(atom in _spellings()["drop"] for atom, _ in known)
    if " " in text and not counted and any(exponent > 0 for _, exponent in known[1:]):
        return None
    return known


def _power_of_atom(piece: str) -> tuple[str, int] | None:
    atom = _atom(piece)
    if atom:
        return atom, 1
    found = _EXPONENT.fullmatch(piece)
    atom = _atom(found[1]) if found else None
    return (atom, int(found[2])) if found and atom else None


def _join(power: int, parts: list[tuple[str, int]]) -> Unit | None:
    """Gather equal atoms, and leave out the things that are counted."""
    counted = _spellings()["drop"]
    atoms: dict[str, int] = {}
    for atom, exponent in parts:
        if atom not in counted:
            atoms[atom] = atoms.get(atom, 0) + exponent
    if (not atoms and not power) or not atoms.keys().isdisjoint(_spellings()["alone"]):
        return None
    return Unit(power, tuple((atom, exponent) for atom, exponent in atoms.items() if exponent))


def _atom(text: str) -> str | None:
    """Find the atom of a word: in its exact case first, then in any case; a note in braces after it is left out."""
    data = _spellings()
    word = _squeeze(text)
    if word in data["refused"]:
        return None
    atom: str | None = data["exact"].get(word) or data["folded"].get(word.casefold())
    noted = None if atom else _NOTE.fullmatch(word)
    return _atom(noted[1]) if noted else atom


@functools.cache
def _spellings() -> dict[str, Any]:
    """Load the tables of `grammar/units.yaml`, ready for lookups."""
    text = (data_dir("grammar") / "units.yaml").read_bytes()
    found: dict[str, Any] = cached("unit-spellings", digest([_FORM, text]), lambda: _build(text))
    return found


_FORM = b"4"  # of the cached data


@functools.cache
def _characters() -> dict[int, str]:
    return str.maketrans(_spellings()["characters"])


def _build(text: bytes) -> dict[str, Any]:
    import yaml  # lazily: a warm start reads the cache

    data = yaml.safe_load(text)
    characters = {look: plain for plain, looks in data["characters"].items() for look in looks}
    counts = [(f"{w}/{o}", row["power"]) for row in data["counts"].values() for w in row["words"] for o in row["over"]]
    logarithms = data["logarithms"]
    return {
        **_atoms(data["atoms"], data["prefixes"], str.maketrans(characters)),
        "counts": dict(counts),
        "phrases": {_squeeze(k).casefold(): v for k, v in data["phrases"].items()},
        "unitless": [_squeeze(str(word)).casefold() for word in data["unitless"]],
        "common": [code for row in data["common"] for code in row],
        "characters": characters,
        "logarithms": {_squeeze(w).casefold(): code for code, row in logarithms.items() for w in row["words"]},
        "under_logarithm": {code: row["of"] for code, row in logarithms.items()},
        **{key: data[key] for key in ("lost_superscript", "exact_phrases", "by_variable", "refused")},
    }


def _atoms(atoms: dict[str, Any], prefixes: dict[str, Any], table: dict[int, str]) -> dict[str, Any]:
    """The tables of atoms, with and without prefixes: codes by spelling, names in pint by code, and special ones."""
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    names: dict[str, str] = {}

    def put(code: str, spellings: Iterable[str]) -> None:
        _put(folded, code, (_squeeze(s.translate(table)).casefold() for s in spellings))

    for symbol, row in atoms.items():
        for code, name, spellings in _prefixed(symbol, row, prefixes):
            names[code] = name
            _put(exact, code, [code, code.replace("u", "μ", 1)] if code != symbol and code[0] == "u" else [code])
            put(code, spellings)
        for code, spellings in row.get("also", {}).items():
            put(code, spellings)
        for code, spellings in row.get("exact", {}).items():
            _put(exact, code, (_squeeze(s.translate(table)) for s in spellings))
    special = {mark: [symbol for symbol, row in atoms.items() if row.get(mark)] for mark in ("drop", "alone")}
    return {"exact": exact, "folded": folded, "pint": names, **special}


def _prefixed(symbol: str, row: dict[str, Any], prefixes: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Spell the atom alone and with each of its prefixes: code, name in pint, spellings in any case."""
    words: list[str] = row.get("words", [])
    long = [word + plural for word in row.get("long", []) for plural in ("", "s")]
    yield symbol, row["pint"], words + long
    for prefix in row.get("prefixes", "").split():
        p = prefixes[prefix]
        spellings = [a + w for a in p["short"] for w in words] + [a + w for a in p["long"] for w in words + long]
        yield prefix + symbol, p["pint"] + row["pint"], spellings


def _put(table: dict[str, str], code: str, spellings: Iterable[str]) -> None:
    """Enter spellings of a code; a second meaning for one is a mistake in the data."""
    for spelling in spellings:
        if table.setdefault(spelling, code) != code:
            raise ValueError(f"units.yaml: `{spelling}` means both `{table[spelling]}` and `{code}`")
