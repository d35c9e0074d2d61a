"""The entries of a dictionary as one file that is looked up without being read: sorted hashes of all phrases.

A file has a head (JSON, on one line) that says where its parts are, and these parts: `phrases`, the hashes of the keys
of all names, and `named`, the place of the entry of each; `keys` and `keyed`, the same of ids and codes; `firsts`, the
hashes of the first words of all names, and `sizes`, of how many words those names are (bit n: of n + 1); `starts`
of the rows; and the rows themselves (`entry.freeze`). What is found by its hash is compared with the row before it is
given.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import mmap
import re
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from eligo.vocabulary.concept import code_key, singular_words, word_key, words_key
from eligo.vocabulary.entry import MOST_WORDS, Entry, freeze, is_abbreviation, letters, thaw

FORM = 1  # of the file
# Of each part that holds numbers: 64, 32 or 16 bits.
FORMS: dict[str, Literal["Q", "I", "H"]] = {
    "phrases": "Q",
    "named": "I",
    "keys": "Q",
    "keyed": "I",
    "firsts": "Q",
    "sizes": "H",
    "starts": "I",
}

Spellings = Sequence[Sequence[str]]


def hashed(text: str) -> int:
    """64 bits of a text, the same in every run."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def packed(entries: Iterable[Entry], spellings: Spellings) -> bytes:
    """The file of these entries; `spellings` as in `word_key`."""
    phrases: dict[int, int] = {}
    keys: dict[int, int] = {}
    sizes: dict[int, int] = {}
    starts, rows = array("I", [0]), bytearray()
    for place, entry in enumerate(entries):
        for name in entry.names:
            words = singular_words(name)
            if 0 < len(words) <= MOST_WORDS:
                phrases.setdefault(hashed(words_key(words, spellings)), place)
                first = hashed(words_key(words[:1], spellings))
                sizes[first] = sizes.get(first, 0) | 1 << (len(words) - 1)
        for key in (entry.id, *(_coded(system, code) for system, code in entry.codes)):
            keys.setdefault(hashed(key), place)
        rows += freeze(entry).encode()
        starts.append(len(rows))
    parts = {
        "phrases": array("Q", sorted(phrases)),
        "named": array("I", [phrases[h] for h in sorted(phrases)]),
        "keys": array("Q", sorted(keys)),
        "keyed": array("I", [keys[h] for h in sorted(keys)]),
        "firsts": array("Q", sorted(sizes)),
        "sizes": array("H", [sizes[h] for h in sorted(sizes)]),
        "starts": starts,
    }
    return _written(parts, bytes(rows), spellings)


def _written(parts: Mapping[str, array[int]], rows: bytes, spellings: Spellings) -> bytes:
    body, places = bytearray(), {}
    for name, part in parts.items():
        body += bytes(-len(body) % 8)
        places[name] = [len(body), len(part)]
        body += part.tobytes()
    places["rows"] = [len(body), len(rows)]
    body += rows
    head = {"form": FORM, "order": sys.byteorder, "parts": places, "size": len(body), "spellings": spellings}
    line = json.dumps(head, ensure_ascii=False).encode()
    return line + b" " * (-(len(line) + 1) % 8) + b"\n" + body


class Pack:
    """One such file, opened for looking up."""

    def __init__(self, data: bytes | mmap.mmap) -> None:
        end = data.find(b"\n") + 1
        head = json.loads(data[:end])
        if head["form"] != FORM or len(data) != end + head["size"]:
            raise ValueError("no dictionary of this form, or not all of it")
        self._data, self._end = data, end
        self.spellings: Spellings = head["spellings"]
        self._swapped = head["order"] != sys.byteorder
        self._places: dict[str, list[int]] = head["parts"]
        self._phrases, self._named = self._part("phrases"), self._part("named")
        self._keys, self._keyed = self._part("keys"), self._part("keyed")
        self._firsts, self._sizes = self._part("firsts"), self._part("sizes")
        self._starts = self._part("starts")

    @classmethod
    def opened(cls, path: Path) -> Pack:
        """The file at a path; only what is asked for is ever read of it."""
        with path.open("rb") as file:
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[Entry]:
        return map(self._entry, range(len(self)))

    def get(self, id_: str) -> Entry | None:
        """The entry of an id."""
        found = self._at(self._keys, self._keyed, id_)
        return found if found is not None and found.id == id_ else None

    def by_code(self, system: str, code: str) -> Entry | None:
        """The entry that has a code of a system (its short name)."""
        key = _coded(system, code)
        found = self._at(self._keys, self._keyed, key)
        return found if found is not None and any(_coded(s, c) == key for s, c in found.codes) else None

    def named(self, key: str, written: str) -> Entry | None:
        """The entry with a name of this key; an abbreviation must be written in its case, too."""
        found = self._at(self._phrases, self._named, key)
        for name in found.names if found else ():
            if word_key(name, self.spellings) == key and (
                not is_abbreviation(name) or letters(name) == letters(written)
            ):
                return found
        return None

    def sizes(self, key: str) -> int:
        """Of how many words the names are that begin with a word of this key (bit n: some of n + 1 words)."""
        hash_ = hashed(key)
        place = bisect_left(self._firsts, hash_)
        return self._sizes[place] if place < len(self._firsts) and self._firsts[place] == hash_ else 0

    def search(self, text: str) -> Iterator[Entry]:
        """All entries with the text, in any case, in their name, another name, their id or a code."""
        offset, size = self._places["rows"]
        start, seen = self._end + offset, -1
        for match in re.finditer(re.escape(text.encode()), memoryview(self._data)[start : start + size], re.IGNORECASE):
            place = bisect_left(self._starts, match.start() + 1) - 1
            if place != seen:
                seen = place
                yield self._entry(place)

    def _at(self, hashes: Sequence[int], entries: Sequence[int], key: str) -> Entry | None:
        hash_ = hashed(key)
        place = bisect_left(hashes, hash_)
        return self._entry(entries[place]) if place < len(hashes) and hashes[place] == hash_ else None

    def _entry(self, place: int) -> Entry:
        start = self._end + self._places["rows"][0]
        return thaw(self._data[start + self._starts[place] : start + self._starts[place + 1]].decode())

    def _part(self, name: str) -> Sequence[int]:
        offset, count = self._places[name]
        form = FORMS[name]
        start = self._end + offset
        view = memoryview(self._data)[start : start + count * array(form).itemsize]
        if not self._swapped:
            numbers: Sequence[int] = view.cast(form)
            return numbers
        swapped = array(form, view.tobytes())
        swapped.byteswap()
        return swapped


def read_table(data: bytes) -> tuple[dict[str, object], list[Entry]]:
    """The head and the entries of the compressed table of the repository; raise ValueError where it is not whole."""
    try:
        first, _, rows = lzma.decompress(data).partition(b"\n")
    except lzma.LZMAError as error:
        raise ValueError("the table cannot be unpacked") from error
    head: dict[str, object] = json.loads(first)
    if head["sha256"] != hashlib.sha256(rows).hexdigest():
        raise ValueError("the table is not what its first line says")
    return head, [thaw(row) for row in rows.decode().splitlines()]


def write_table(head: Mapping[str, object], entries: Iterable[Entry]) -> bytes:
    """The compressed table of such entries."""
    rows = "".join(freeze(entry) + "\n" for entry in entries).encode()
    first = json.dumps({**head, "sha256": hashlib.sha256(rows).hexdigest()}, ensure_ascii=False).encode()
    return lzma.compress(first + b"\n" + rows, preset=9 | lzma.PRESET_EXTREME)


def packed_table(table: Path, spellings: Spellings) -> bytes:
    """The file of the table at a path."""
    return packed(read_table(table.read_bytes())[1], spellings)


def _coded(system: str, code: str) -> str:
    return f"{system} {code_key(code)}"
