"""A screening in, the first sheet of the page out: what to do next, the patient as read, and what it was made with."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from eligo.evaluation.measures import unit_of
from eligo.namedtuple import NamedTuple
from eligo.report import outlook_words as words
from eligo.report.actions import ACTIONS, to_do
from eligo.report.clashes import clash_lines
from eligo.report.display import concept_name, criterion_of, variable_name
from eligo.report.measures import Data, unit_words, value_of, value_words
from eligo.report.names import lettered, reported
from eligo.report.page.markup import anchor, text
from eligo.report.stated import fact_text
from eligo.report.words import plain

MOST_QUESTIONS = 3  # over all trials; each trial has all of its own
MOST_UNUSED = 24
_BOX = '<span class="box" aria-hidden="true"></span>'


class About(NamedTuple):
    """What a page says of how it came about: the patient as read (`eligo patient --json`), and lines of plain text."""

    patient: Data | None = None
    options: tuple[str, ...] = ()
    made_with: tuple[str, ...] = ()


def summary(screening: Data, about: About) -> Iterator[str]:
    """All of the first sheet that stands below the verdicts."""
    yield from _next(screening)
    yield '<div class="parts">'
    if about.patient:
        yield from _as_read(about.patient, screening)
    yield from _listed("warnings", "Warnings", [*clash_lines(screening), *_told(screening)])
    yield from _listed("options", "Options", about.options)
    yield from _listed("made", "Made with", about.made_with)
    yield "</div>"
    yield '<p class="sign"><span>Read by</span><span>Date</span><span>Signature</span></p>'


def _next(screening: Data) -> Iterator[str]:
    """What is open in trials that nothing blocks, by what a person does about it, with boxes to tick."""
    waiting = [trial for trial in screening["trials"] if trial["verdict"] == "UNDETERMINED" and trial["open"]]
    if not waiting:
        return
    yield '<div class="overall">'
    yield "<h2>What to do next</h2>"
    if len(screening["trials"]) > 1:
        yield from _first_questions(screening)
    found = to_do(f for trial in waiting for f in trial["criteria"] if f["id"] in trial["open"])
    yield '<dl class="todo">'
    for action, names in found.items():
        yield f"<dt>{ACTIONS[action]}</dt>"
        yield f"<dd>{' '.join(f'<span>{_BOX}{text(name)}</span>' for name in names)}</dd>"
    yield "</dl></div>"


def _first_questions(screening: Data) -> Iterator[str]:
    """The questions that are worth most over all trials, each with links to the trials that ask it."""
    asked = [item for item in screening.get("next") or () if item["trials"]][:MOST_QUESTIONS]
    if not asked:
        return
    yield '<ol class="first">'
    for item in asked:
        links = ", ".join(f'<a href="#{anchor(trial)}">{text(trial)}</a>' for trial in item["trials"])
        worth = words.worth(item)
        question = f"<strong>{text(words.question(item))}</strong>"
        yield f"<li>{question} {text(worth[0].upper() + worth[1:])}: {links}</li>"
    yield "</ol>"


# --- the patient as read


def _as_read(patient: Data, screening: Data) -> Iterator[str]:
    """What was understood of the record, and what of it no criterion used."""
    used = _used(screening)
    results = [(name, f"{variable_name(name)} {_result(name, found[0])}") for name, found in patient["results"].items()]
    facts = [(fact["concept"], _fact(fact)) for fact in patient["facts"]]
    absent = [(name, concept_name(name)) for name in patient["absent"]]
    attested = [(name, f"{_topic(name)}: {'yes' if held else 'no'}") for name, held in patient["attested"].items()]
    yield '<div class="part read"><h3>The patient as read</h3>'
    yield '<dl class="todo">'
    born = f"born {patient['birth']}" if patient.get("birth") else "age not stated"
    yield from _row("Person", [born, patient.get("sex") or "sex not stated"])
    for title, rows in (("Results", results), ("In the record", facts), ("Ruled out", absent), ("Stated", attested)):
        yield from _row(title, [said for name, said in rows if name in used or title == "Stated"])
    yield from _row("Complete lists", patient["complete"])
    unused = [said for name, said in itertools.chain(results, facts, absent) if name not in used]
    more = [f"and {len(unused) - MOST_UNUSED} more"] if len(unused) > MOST_UNUSED else []
    yield from _row("Used by no criterion", [*unused[:MOST_UNUSED], *more])
    yield "</dl></div>"


def _row(title: str, parts: Iterable[str]) -> Iterator[str]:
    found = list(parts)
    if found:
        yield f"<dt>{title}</dt><dd>{text('; '.join(found))}</dd>"


def _result(variable: str, result: Data) -> str:
    said = reported(result) or f"{value_words(value_of(result), lettered(variable))}{unit_words(unit_of(variable))}"
    day = f" ({result['date']})" if "date" in result else ""
    return f"{said}{day}{', which decides nothing' if 'problem' in result else ''}"


def _fact(fact: Data) -> str:
    return f"{concept_name(fact['concept'])}, {fact_text(fact, fact['concept'])}"


def _topic(name: str) -> str:
    """What was stated; a statement on one criterion of one trial has its place as its name."""
    return criterion_of(name) if "/" in name else concept_name(name)


def _used(screening: Data) -> frozenset[str]:
    """The ids of all that any criterion looked at: asked for, found, or an input of what was worked out."""
    found = set[str]()
    for trial in screening["trials"]:
        for finding in trial["criteria"]:
            found.update(finding["variables"], finding["concepts"])
            for evidence in finding["evidence"]:
                found.update(_ids(evidence))
    return frozenset(found)


def _ids(part: Data) -> Iterator[str]:
    yield from (part[key] for key in ("variable", "concept", "at", "ruled_out_by") if part.get(key))
    for key in ("facts", "parts", "inputs"):
        for inner in part.get(key) or ():
            yield from _ids(inner)


def _told(screening: Data) -> Iterator[str]:
    """What is wrong, and in which file of rules; of clashes of scores there is more to tell than this."""
    for problem in screening.get("problems", ()):
        file = problem["place"].get("file", "")
        if problem["code"] != "score-clash":
            yield plain(problem["message"]) + (f" ({file})" if file.endswith((".yaml", ".yml")) else "")


def _listed(name: str, title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        said = "; ".join(dict.fromkeys(found))
        yield f'<div class="part {name}"><h3>{title}</h3><p class="note">{text(said)}</p></div>'
