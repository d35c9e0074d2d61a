"""What to find out next as data in, lines for a terminal out: for one patient, or the union for a list of patients.

Questions stand under what a person does about them, the best first; each keeps its number where some are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from eligo.report.actions import ACTIONS, Action, for_fact, for_value
from eligo.report.answer_words import answers
from eligo.report.display import criterion, criterion_of
from eligo.report.measures import Data
from eligo.report.names import listed
from eligo.report.outlook_words import name_of, question, why, worth
from eligo.report.terminal import Terminal, clean, wrap

MOST_QUESTIONS = 4  # of a group
MOST_PATIENTS = 6
_PLAIN = frozenset({"missing", "not_stated"})  # reasons that the question says already


def next_lines(data: Data, terminal: Terminal, all_questions: bool = False) -> Iterator[str]:
    """A patient's questions, each with what its answers would do to every trial."""
    trials = data["undetermined"]
    about = f"undetermined: {listed(trials)}" if trials else "nothing is open in any trial"
    head = f"{clean(data['patient'])}   as of {data['as_of']}"
    yield from (terminal.paint(line, "bold") for line in wrap(about, terminal.width, f"{head}   ", "  "))
    items = sorted([*data["questions"], *data["others"]], key=lambda item: int(item["number"]))
    for action, heading in ACTIONS.items():
        own = [item for item in items if item["action"] == action]
        shown = own if all_questions else own[:MOST_QUESTIONS]
        if own:
            yield terminal.paint(f"{heading.lower()} ({len(own)})", "bold")
        for item in shown:
            yield from _question_lines(item, terminal) if "kind" in item else _other_lines(item, terminal)
        yield from _rest(len(own) - len(shown))


def _rest(left: int) -> Iterator[str]:
    if left > 0:
        yield f"     ... and {left} more (`--all` lists them)"


def _other_lines(item: Data, terminal: Terminal) -> Iterator[str]:
    """What is to be stated or read; an answer to it is yes or no, or a value."""
    where = "; ".join(map(criterion_of, item["criteria"]))
    yield from wrap(f"{item['question']} for {where}", terminal.width, f"{item['number']:>3}. ", "     ")


def _question_lines(item: Data, terminal: Terminal) -> Iterator[str]:
    first = item["trials"][0]
    said = worth(item)
    text = f"{question(first)} {said}" + ("" if first["why"] in _PLAIN else f"; {why(first)}")
    for line in wrap(text, terminal.width, f"{item['number']:>3}. ", "     "):
        # Painted once it is wrapped: a line that is wrapped loses what would steer a terminal.
        yield line.replace(f" {said}", f" {terminal.paint(said, 'bold')}", 1)
    for where, given in _given(item["trials"]):
        yield from wrap(f"{where}: {'; '.join(given)}", terminal.width, " " * 5, " " * 7)


def _given(trials: Iterable[Data]) -> list[tuple[str, list[str]]]:
    """What the answers give, with the criteria that ask; trials in which they give the same stand together.

    What blocks is named where it is not just what asks.
    """
    found: dict[tuple[str, ...], list[str]] = {}
    for trial in trials:
        if "no" == trial["settles"] == trial["settles_but_for_attestations"]:
            continue
        asking = set(trial["criteria"])
        named = any(not set(answer.get("blocks", ())) <= asking for answer in trial["answers"])
        given = tuple(answers(trial, blocking=named))
        found.setdefault(given, []).append(f"{clean(trial['trial'])} {listed(map(criterion, trial['criteria']))}")
    return [("; ".join(where), list(given)) for given, where in found.items()]


def list_lines(data: Data, terminal: Terminal, all_questions: bool = False) -> Iterator[str]:
    """The union for a list of patients: one line a question."""
    yield terminal.paint(f"{data['patients']} patients, {data['undetermined']} with an undetermined trial", "bold")
    places = count(1)
    for action, heading in ACTIONS.items():
        own = [item for item in data["questions"] if _action(item) == action]
        if own:
            yield terminal.paint(f"{heading.lower()} ({len(own)})", "bold")
        shown = own if all_questions else own[: 2 * MOST_QUESTIONS]
        for item in shown:
            yield from _union_lines(next(places), item, terminal)
        yield from _rest(len(own) - len(shown))


def _action(item: Data) -> Action:
    return for_value(item["variable"]) if "variable" in item else for_fact(item["concept"], None)


def _union_lines(place: int, item: Data, terminal: Terminal) -> Iterator[str]:
    patients = item["patients"]
    more = f" and {len(patients) - MOST_PATIENTS} more" if len(patients) > MOST_PATIENTS else ""
    names = ", ".join(map(clean, patients[:MOST_PATIENTS])) + more
    many = f"{len(patients)} patient{'' if len(patients) == 1 else 's'}"
    text = f"{name_of(item)}: {worth(item)}, for {many} ({names})"
    yield from wrap(text, terminal.width, f"{place:>3}. ", "     ")
