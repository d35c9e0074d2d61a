"""How large a document may be: the option `--max-size` of the commands that read records."""

from __future__ import annotations

import argparse

from eligo.bounds import MEGABYTE, MOST_MEGABYTES
from eligo.jsontext import shown


def add_max_size(parser: argparse.ArgumentParser, default: int) -> None:
    """Define how large a document may be."""
    parser.add_argument(
        "--max-size",
        type=_size,
        default=default,
        metavar="MB",
        help=f"refuse a document, a line or a stream that is larger (default: {default // MEGABYTE} MB)",
    )


def _size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_MEGABYTES:
        raise argparse.ArgumentTypeError(f"`{shown(text)}` is not a number of MB from 1 to {MOST_MEGABYTES}")
    return int(text) * MEGABYTE
