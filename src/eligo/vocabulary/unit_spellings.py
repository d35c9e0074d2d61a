"""Any spelling of a unit in, its parts and its one UCUM code out; None for what is not known.

The words are data (`grammar/units.yaml`); here is only how parts join: powers of ten, products, quotients, exponents.
A spelling that could mean two sizes is refused, never guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eligo.cache import cached, digest
from eligo.data import data_dir


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a power of ten times atoms (UCUM atoms with their prefixes), each with its exponent, in the order of the text."""

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
    """All UCUM codes that the spelling can mean; more than one only where the variable tells them apart (`G/L`)."""
    plain = _plain(text)
    several: list[str] = _spellings()["by_variable"].get(_squeeze(plain))
    if several:
        return tuple(several)
    unit = parse(plain)
    return (str(unit),) if unit else ()


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> Unit | None:
    """Split a spelling into its parts, or None where a part is not known."""
    plain = _plain(text)
    if not plain or len(plain) > 60:
        return None
    return _parse(plain) or _parse(plain.rstrip("."))


def pint_name(atom: str) -> str:
    """The name in `grammar/units.txt` of an atom of a parsed unit."""
    name: str = _spellings()["pint"][atom]
    return name


def common() -> list[str]:
    """The codes that are worth making ready before anyone asks."""
    codes: list[str] = _spellings()["common"]
    return codes


def codes_and_words() -> Iterator[str]:
    """Every code and word that a suggestion may name."""
    data = _spellings()
    yield from data["common"]
    yield from data["exact"]


_CHARACTERS = str.maketrans(
    {"µ": "u", "μ": "u", "×": "x", "✕": "x", "∗": "*", "⁄": "/", "∕": "/", "÷": "/", "−": "-", "–": "-", "‐": "-", "‑": "-"}
    | {"·": ".", "⋅": ".", "•": ".", "∙": ".", "℃": "°C", "℉": "°F", "ℓ": "L", "，": ",", "\u00a0": " ", "\u2009": " ", "\u202f": " "}
    | {"㎎": "mg", "㎏": "kg", "㎖": "mL", "㎝": "cm", "㎜": "mm", "㎕": "uL", "㎡": "m2", "\\": ""}
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_POWER = re.compile(
    r"(?:[xX*]\s*)?(?:10\s?(?:\^|\*\*|\*|[eE]|')\s?(?:\(([+-]?\d{1,2})\)|([+-]?\d{1,2}))|10\s?[(\[](\d{1,2})[)\]]|1?[eE](\d{1,2})(?=\s*/))"
)
_LOST = re.compile(r"[xX*]\s*10\s?(\d{1,2})(?!\d)")
_ZEROS = re.compile(r"(?:[xX*]\s*)?1([ ,]?000)+(?![\d,])")
_PER = re.compile(r"(?:^|(?<=\W)|(?<=\s))\s*per\s+", re.IGNORECASE)
_SLASH = re.compile(r"/(?![^{(]*[})])")
_EXPONENT = re.compile(r"(.+?)(?:\^|\*\*)?([+-]?[1-5])")
_NOTE = re.compile(r"([^{}]+)\{[^{}]*\}")


def _plain(text: str) -> str:
    """One character for each sign, `^` before raised digits after a ten, single blanks."""
    text = _RAISED_RUN.sub(_lower_digits, text.translate(_CHARACTERS))
    return " ".join(text.split())


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
    counted = _count_letter(above, divisors) if not power else None
    if counted is not None:
        power, above = counted, ""
    factors = [] if above.strip(" .*") in ("", "1") else _factors(above.strip(" .*"), signed=False)
    return None if factors is None else _join(power, factors + divisors)


def _join(power: int, parts: list[tuple[str, int]]) -> Unit | None:
    """Gather equal atoms, and leave out the things that are counted."""
    counted = _spellings()["drop"]
    kept = [(atom, exponent) for atom, exponent in parts if atom not in counted]
    if not kept and not power:
        return None
    atoms: dict[str, int] = {}
    for atom, exponent in kept:
        atoms[atom] = atoms.get(atom, 0) + exponent
    return Unit(power, tuple((atom, exponent) for atom, exponent in atoms.items() if exponent))


def _split_power(text: str) -> tuple[int, str]:
    """The power of ten that the text begins with (0 for none), and the rest."""
    if found := _POWER.match(text):
        return int(next(g for g in found.groups() if g)), text[found.end() :]
    if (found := _LOST.match(text)) and int(found[1]) in _spellings()["lost_superscript"]:
        return int(found[1]), text[found.end() :]
    if found := _ZEROS.match(text):
        return found[0].count("0"), text[found.end() :]
    return 0, text


def _divisors(texts: list[str]) -> list[tuple[str, int]] | None:
    """The parts below the line; each text stands after one slash."""
    parts: list[tuple[str, int]] = []
    for text in texts:
        inner = text.strip()
        grouped = inner.startswith("(") and inner.endswith(")") and not _atom(inner)
        factors = _factors(inner[1:-1] if grouped else inner, signed=False)
        # UCUM reads `a/b.c` as a/b times c, people as a/(b.c): only brackets settle it.
        if factors is None or (len(factors) > 1 and not grouped and any(e > 0 for _, e in factors[1:])):
            return None
        parts += [(atom, -exponent if i == 0 or grouped else exponent) for i, (atom, exponent) in enumerate(factors)]
    return parts


def _count_letter(above: str, divisors: list[tuple[str, int]]) -> int | None:
    """The power of ten of `K` in `K/uL`: a letter or word that multiplies a count over a volume it is printed with."""
    word, _, noun = above.strip().partition(" ")
    if len(divisors) != 1 or (noun and _atom(noun) not in _spellings()["drop"]):
        return None
    over, exponent = divisors[0]
    power: int | None = _spellings()["counts"].get(f"{word}/{over}") if exponent == -1 else None
    return power


def _factors(text: str, signed: bool) -> list[tuple[str, int]] | None:
    """The atoms of a product with their exponents; blanks join only before a negative exponent or beside a counted thing."""
    atom = _atom(text)
    if atom:
        return [(atom, 1)]
    parts: list[tuple[str, int]] = []
    for i, piece in enumerate(re.split(r"[.*](?!\d)|(?<=[^\d.])\.(?=\d)| ", text)):
        found = _power_of_atom(piece)
        if found is None:
            return None
        parts.append(found)
        if i and " " in text and found[1] > 0 and not any(a in _spellings()["drop"] for a, _ in parts):
            return None
    return parts


def _power_of_atom(piece: str) -> tuple[str, int] | None:
    atom = _atom(piece)
    if atom:
        return atom, 1
    found = _EXPONENT.fullmatch(piece)
    atom = _atom(found[1]) if found else None
    return (atom, int(found[2])) if found and atom else None


def _atom(text: str) -> str | None:
    """The atom that a word spells: in its exact case first, then in any case; a note in braces after it is left out."""
    data = _spellings()
    word = _squeeze(text)
    if word in data["refused"]:
        return None
    atom: str | None = data["exact"].get(word) or data["folded"].get(word.casefold())
    if atom is None and (noted := _NOTE.fullmatch(word)):
        return _atom(noted[1])
    return atom


@functools.cache
def _spellings() -> dict[str, Any]:
    """The tables of `grammar/units.yaml`, ready for lookups."""
    text = (data_dir("grammar") / "units.yaml").read_bytes()
    found: dict[str, Any] = cached("unit-spellings", digest([b"1", text]), lambda: _build(text))
    return found


def _build(text: bytes) -> dict[str, Any]:
    import yaml  # lazily: a warm start reads the cache

    data = yaml.safe_load(text)
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    names: dict[str, str] = {}
    for symbol, row in data["atoms"].items():
        for code, name, spellings in _prefixed(symbol, row, data["prefixes"]):
            names[code] = name
            _put(exact, code, code)
            for spelling in spellings:
                _put(folded, _squeeze(_plain(spelling)).casefold(), code)
        for code, spellings in row.get("also", {}).items():
            for spelling in spellings:
                _put(folded, _squeeze(_plain(spelling)).casefold(), code)
        for code, spellings in row.get("exact", {}).items():
            for spelling in spellings:
                _put(exact, _squeeze(_plain(spelling)), code)
    return {
        "exact": exact,
        "folded": folded,
        "pint": names,
        "drop": [symbol for symbol, row in data["atoms"].items() if row.get("drop")],
        "counts": {f"{w}/{o}": row["power"] for row in data["counts"].values() for w in row["words"] for o in row["over"]},
        "phrases": {_squeeze(k).casefold(): v for k, v in data["phrases"].items()},
        "common": [code for row in data["common"] for code in row],
        **{key: data[key] for key in ("lost_superscript", "exact_phrases", "by_variable", "refused")},
    }


def _prefixed(symbol: str, row: dict[str, Any], prefixes: dict[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """The atom alone and with each of its prefixes: code, name in pint, spellings in any case."""
    words: list[str] = row.get("words", [])
    long = [w + plural for w in row.get("long", []) for plural in ("", "s")]
    yield symbol, row["pint"], words + long
    for prefix in row.get("prefixes", "").split():
        p = prefixes[prefix]
        spellings = [a + w for a in p["short"] for w in words] + [a + w for a in p["long"] for w in words + long]
        yield prefix + symbol, p["pint"] + row["pint"], spellings


def _put(table: dict[str, str], spelling: str, code: str) -> None:
    """Enter a spelling; a second meaning for it is a mistake in the data."""
    if table.setdefault(spelling, code) != code:
        raise ValueError(f"units.yaml: `{spelling}` means both `{table[spelling]}` and `{code}`")
