"""Say a rule set in plain sentences, made from its predicates alone, for a clinician to check and to sign."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say_json, say_lines
from eligo.commands.rulefiles import add_trial, the_trial_file
from eligo.criteria import Criterion
from eligo.report.display import criterion_title, with_names, without_code
from eligo.report.measures import LONG_CODED
from eligo.report.sentences import criterion_sentence, ruleset_sections, sentence
from eligo.report.terminal import terminal, wrap
from eligo.ruleset import RuleSet, load
from eligo.standing import review_state

EXAMPLES = """\
  eligo explain NCT05727722
  eligo explain drafts/NCT01234567.yaml > to_sign.txt
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    add_trial(parser)
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print the sentences."""
    ruleset = load(the_trial_file(args))
    if args.json:
        say_json(ruleset_json(ruleset))
    else:
        say_lines(_lines(ruleset, terminal(sys.stdout).width))
    return 0


def ruleset_json(ruleset: RuleSet) -> dict[str, Any]:
    """A rule set in sentences, as JSON data."""
    criteria = [_data(criterion) for criterion in ruleset.criteria]
    return {"trial": ruleset.trial, "criteria": criteria, "removed": [_data(c) for c in ruleset.removed]}


def _data(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "kind": criterion.kind,
        "cohort": criterion.cohort,
        "text": criterion.text,
        "sentence": criterion_sentence(criterion, LONG_CODED),
        "review": review_state(criterion),
        "was": [
            {"text": w.text, "sentence": criterion_sentence(w, LONG_CODED), "review": w.review.state}
            for w in criterion.was
        ],
    }


def _lines(ruleset: RuleSet, width: int) -> Iterator[str]:
    ids = [criterion.id for criterion in (*ruleset.criteria, *ruleset.removed)]
    yield from wrap(ruleset.title, width, f"{ruleset.trial}  ", "    ")
    source = ", ".join(part for part in (ruleset.source.registry, ruleset.source.version) if part)
    if source:
        yield f"made from: {source}"
    for note in ruleset.notes:
        yield from wrap(with_names(note, ids), width, "note: ", "      ")
    if ruleset.states_no_criteria:
        yield "The source states no criteria."
    if ruleset.cohorts:
        arms = ", ".join(f"{c.id} ({c.label})" for c in ruleset.cohorts)
        yield from wrap(f"A patient takes part in one of the arms {arms}.", width)
    for heading, criteria in ruleset_sections(ruleset):
        yield ""
        yield from wrap(f"{heading}:", width)
        for criterion in criteria:
            yield from _criterion(criterion, ids, width)
    if ruleset.removed:
        yield ""
        yield "No longer in the source, and not screened for:"
        for criterion in ruleset.removed:
            yield from _criterion(criterion, ids, width)
    yield ""
    reviewed = sum(review_state(c) != "draft" for c in ruleset.criteria)
    yield f"reviewed so far: {reviewed} of {len(ruleset.criteria)} criteria"
    yield "This is what the protocol means.  name ____________________  date ____________"


def _criterion(criterion: Criterion, ids: Sequence[str], width: int) -> Iterator[str]:
    mark = {"draft": " (draft)", "edited": " (edited)", "reviewed": ""}[review_state(criterion)]
    indent = "    "
    said = [
        (f"  {criterion_title(criterion.id)}: ", criterion_sentence(criterion)),
        (f"{indent}from: ", f"{criterion.text}{mark}"),
        *((f"{indent}note: ", with_names(without_code(note), ids)) for note in criterion.notes),
    ]
    if criterion.ambiguous is not None:
        others = (r for i, r in enumerate(criterion.ambiguous.readings) if i != criterion.ambiguous.chosen)
        said.append((f"{indent}may be read otherwise: ", criterion.ambiguous.why))
        said += [(f"{indent}not chosen: ", sentence(reading)) for reading in others]
    for former in criterion.was:
        said.append((f"{indent}before the change ({former.review.state}): ", former.text))
        said.append((f"{indent}  understood as: ", criterion_sentence(former)))
    for first, text in said:
        yield from wrap(text, width, first, f"{indent}  ")
