"""List what only a person can state (signed consent, willing to use contraception), or show one by a word of it."""

from __future__ import annotations

import argparse

from eligo.commands.concepts import show
from eligo.commands.found import Found
from eligo.errors import EligoError, Place, Problem
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.dictionary import dictionary
from eligo.vocabulary.nearest import Names, did_you_mean_name

EXAMPLES = """\
  eligo attestations
  eligo attestations consent
  eligo attestations contraception --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("word", nargs="?", metavar="WORD", help="an id, a name or a part of one")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print the attestations that the word names, or all."""
    found: list[Found] = [concept for concept in concepts() if concept.kind == "attestation"]
    if args.word is not None:
        found = _named(args.word)
    show(found, dictionary(), args.word is not None, args.json)
    return 0


def _named(word: str) -> list[Found]:
    known = [concept for concept in concepts() if concept.kind == "attestation"]
    exact = concepts().get(word) or concepts().find(word)
    if exact is not None and exact.kind == "attestation":
        return [exact]
    key = concepts().key(word)
    parts = [one for one in known if key and any(key in concepts().key(text) for text in (one.id, *one.words))]
    if not parts:
        near = did_you_mean_name(word, Names((text, one.id) for one in known for text in one.words))
        message, help_ = f"unknown attestation `{word}`", near or "`eligo attestations` lists all of them"
        raise EligoError(Problem("unknown-concept", message, Place(), help_))
    return list(parts)
