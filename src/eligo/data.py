"""Where the data folders `grammar` and `rules` are, in the installed package or a checkout, and what a file holds."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eligo.cache import cached, digest


@functools.cache
def data_dir(kind: str) -> Path:
    """The folder `grammar` or `rules`, from the wheel or from the checkout that this file lies in.

    >>> (data_dir("grammar") / "variables.yaml").is_file()
    True
    """
    here = Path(__file__).resolve()
    installed = here.parent / "_data" / kind
    if installed.is_dir():
        return installed
    checkout = here.parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / kind).is_dir():
        return checkout / kind
    raise FileNotFoundError(kind)


@functools.cache
def _state(path: Path) -> bytes:
    return digest([path.read_bytes()]).encode()


def grammar_state(names: Iterable[str]) -> bytes:
    """What tells one state of files of `grammar` from another; each is read once in a process, however often asked."""
    folder = data_dir("grammar")
    return b"".join(_state(folder / name) for name in names)


@functools.cache  # several modules take their words from one file
def grammar_data(name: str) -> Any:
    """The data of a file of `grammar` as it stood at its first use, from the cache where it holds the file as it is.

    Nobody writes into it.
    """
    path = data_dir("grammar") / name
    text = path.read_bytes()

    def build() -> Any:
        from eligo.yamltext import read_yaml  # lazily: a warm start needs no YAML

        return read_yaml(text.decode(), path.name).data

    return cached(path.stem, digest([b"data", text]), build)
