"""List the conditions, procedures and medications that records and rules may name, or show one and its relations.

WORD is looked up among the concepts of the vocabulary, the variables and the dictionary of open terminologies.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from eligo.commands.found import Found, listed, shown, shown_as_json, suggestion
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say, say_json, say_lines
from eligo.errors import EligoError, Place, Problem
from eligo.report.terminal import terminal
from eligo.vocabulary.concepts import Concept, concepts
from eligo.vocabulary.dictionary import Dictionary, Entry, dictionary
from eligo.vocabulary.own_names import own_names
from eligo.vocabulary.variables import spelling_key, variables

EXAMPLES = """\
  eligo concepts
  eligo concepts "portal hypertension"
  eligo concepts varices
  eligo concepts K70.3
  eligo concepts MONDO:0015924 --json
  eligo concepts "trial drug" --vocabulary names.csv
"""

_FEW = 30  # entries of the dictionary in a list for people
_SHORTEST_PART = 3  # letters of a part of a name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "an id, a name or a part of one, or a code; without it, all concepts of the vocabulary are listed"
    parser.add_argument("word", nargs="?", metavar="WORD", help=help_text)
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")


def run(args: argparse.Namespace) -> int:
    """Print what the word names, or all concepts and the site's own names."""
    known = dictionary()
    found = _known(args.word, known) if args.word is not None else [*clinical(), *map(known.linked, own_names())]
    show(found, known, args.word is not None, args.json)
    return 0


def show(found: Sequence[Found], known: Dictionary, asked_for: bool, as_json: bool) -> None:
    """Print one thing in full, or a line for each; of many entries of the dictionary only some."""
    if as_json:
        for one in found:
            say_json(shown_as_json(one, known))
        return
    width = terminal(sys.stdout).width
    if asked_for and len(found) == 1:
        say_lines(shown(found[0], known, width))
        return
    entries = [one for one in found if isinstance(one, Entry)]
    others = [one for one in found if not isinstance(one, Entry)]
    say_lines(listed([*others, *entries[:_FEW]], width))
    if len(entries) > _FEW:
        say(f"and {len(entries) - _FEW:,} more entries of the dictionary; --json lists all of them")


def clinical() -> list[Found]:
    """All concepts that a patient can have, had or take."""
    return [concept for concept in concepts() if concept.kind != "attestation"]


def _known(word: str, known: Dictionary) -> list[Found]:
    """What has that name or code; else all with the word in a name; else an error with the nearest names."""
    found = _named(word, known) or _with_part(word, known)
    if not found:
        message = f"nothing is called `{word}`"
        raise EligoError(
            Problem("unknown-concept", message, Place(), suggestion(word, known) or "`eligo concepts` lists all")
        )
    return found


def _named(word: str, known: Dictionary) -> list[Found]:
    """The concept, the variable and the entry of that id, name or code; an entry that is the concept is not shown."""
    systems = ("snomed", "icd10", "rxnorm", "atc", "mesh", "drugbank")
    by_code = any(char.isdigit() for char in word)
    concept = concepts().get(word) or concepts().find(word)
    entry = known.get(word) or known.find(word)
    found: list[Found | None] = [concept, variables().get(word) or variables().find(word), entry]
    if by_code:
        found += [of.by_code(system, word) for of in (concepts(), known) for system in systems]
    same = {one.id for one in found if isinstance(one, Concept)}
    clear: dict[str, Found] = {}
    for one in found:
        if one is not None and not (isinstance(one, Entry) and one.concept in same and one.id != word):
            clear.setdefault(one.id, one)
    return list(clear.values())


def _with_part(word: str, known: Dictionary) -> list[Found]:
    key, spelled = concepts().key(word), spelling_key(word)
    if len(key) < _SHORTEST_PART:
        return []
    by_name = [c for c in concepts() if any(key in concepts().key(text) for text in (c.id, *c.words))]
    measured = [v for v in variables() if any(spelled in spelling_key(text) for text in (v.id, v.name, *v.synonyms))]
    same = {concept.id for concept in by_name}
    return [*by_name, *measured, *(entry for entry in known.search(word) if entry.concept not in same)]
