"""Short helpers for arrays: lists of lists as one array with starts, texts as bytes with starts, hashes of texts."""

from __future__ import annotations

import hashlib
import itertools
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]
Truths = npt.NDArray[np.int8]  # 0 NOT_MET, 1 UNKNOWN, 2 MET
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

TEXTS_OF_A_CHUNK = 256


def hash_of(text: str) -> int:
    """64 bits that tell a text from others: of a million, two are the same once in 30 million indexes."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def whole(values: Iterable[int]) -> Whole:
    """Numbers as an array."""
    return np.fromiter(values, np.uint32)


def starts_of(lengths: npt.ArrayLike) -> Whole:
    """Where each of some lists begins in all of them together, and where the last one ends."""
    found = np.zeros(np.size(lengths) + 1, np.uint32)
    np.cumsum(lengths, out=found[1:])
    return found


def listed(lists: Sequence[Sequence[int]]) -> tuple[Whole, Whole]:
    """Lists of numbers as their starts and one array."""
    return starts_of([len(one) for one in lists]), whole(value for one in lists for value in one)


def written(texts: Iterable[str]) -> tuple[Whole, Bytes]:
    """Texts as their starts and one array of bytes."""
    parts = [text.encode() for text in texts]
    return starts_of([len(part) for part in parts]), np.frombuffer(b"".join(parts), np.uint8)


class Texts:
    """Texts that are decoded when they are asked for."""

    def __init__(self, starts: Whole, data: Bytes) -> None:
        self.starts, self.data = starts, memoryview(data.data)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, place: int) -> str:
        return str(self.data[self.starts[place] : self.starts[place + 1]], "utf-8")

    def all(self) -> list[str]:
        """Every text."""
        ends, data = self.starts.tolist(), bytes(self.data)
        return [data[a:b].decode() for a, b in itertools.pairwise(ends)]


def packed(texts: Sequence[str]) -> tuple[Whole, Bytes]:
    """Texts without line ends as the starts of chunks and one array of packed bytes, a few hundred texts a chunk."""
    chunks = [
        zlib.compress("\n".join(texts[at : at + TEXTS_OF_A_CHUNK]).encode(), 9)
        for at in range(0, len(texts), TEXTS_OF_A_CHUNK)
    ]
    return starts_of([len(chunk) for chunk in chunks]), np.frombuffer(b"".join(chunks), np.uint8)


class PackedTexts:
    """Texts of `packed`; a chunk is unpacked when one of its texts is asked for, and kept."""

    def __init__(self, starts: Whole, data: Bytes) -> None:
        self._starts, self._data = starts, data
        self._chunks: dict[int, list[str]] = {}

    def __getitem__(self, place: int) -> str:
        chunk, at = divmod(place, TEXTS_OF_A_CHUNK)
        found = self._chunks.get(chunk)
        if found is None:
            unpacked = zlib.decompress(self._data[self._starts[chunk] : self._starts[chunk + 1]].tobytes())
            found = self._chunks[chunk] = unpacked.decode().split("\n")
        return found[at]
