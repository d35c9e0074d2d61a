"""What requests ask of patients' records: screen, audit, next, answers. Each does what the command of its name does."""

from __future__ import annotations

import argparse
import getpass
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from eligo.commands import inputs, screen
from eligo.commands.tallying import Done
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import read_json
from eligo.namedtuple import NamedTuple
from eligo.patients.jobs import Job
from eligo.patients.model import Patient
from eligo.patients.readers import body_jobs, read_job
from eligo.patients.replies import SCHEMA, Replies, answers_of, reply_json
from eligo.report.jsonline import json_line
from eligo.report.problems import problems_json
from eligo.report.terminal import Terminal
from eligo.screening import Rules
from eligo.service.answer import CSV, HTML, NDJSON, Call, HttpAnswer, json_answer
from eligo.service.guard import BODY
from eligo.service.options import arguments

if TYPE_CHECKING:
    from eligo.commands import answer as answer_command
    from eligo.commands import next as next_command
    from eligo.worksheet.entry import FilledEntry

READING = ("as-of", "lenient", "id-by", "format", "max-age", "assume-absent", "margin")
TRIALS = ("trial", "exclude-trial")
SCREEN = (*READING, *TRIALS, "only", "outlook", "reviewed-only")
NEXT = AUDIT = ANSWERS = (*READING, *TRIALS)
_ANSWER_KEYS = {"record", "answers", "set", "by", "date"}


def screen_state(
    call: Call, query: Sequence[tuple[str, str]], allowed: Sequence[str] = SCREEN, *fixed: str
) -> screen.ScreenState:
    """What options of a screening come to, those of `allowed` and `fixed` ones; kept for the next request with them."""

    def make(rules: Rules) -> screen.ScreenState:
        words = ("-", "--json", *call.bench.settings.fixed, *fixed)
        return screen.ready(arguments(screen, allowed, query, words), rules, Terminal())

    return call.bench.kept(("screen", tuple(query), allowed, fixed), make)


def one_job(call: Call, state: screen.ScreenState | next_command.NextState, data: bytes | None = None) -> Job:
    """The one patient of a body; raise `EligoError` where there is none, or where there are several."""
    found = list(body_jobs(call.body if data is None else data, BODY, state.options))
    if not found:
        raise EligoError(inputs.nobody([BODY]))
    if len(found) > 1:
        help_text = f"send them as {NDJSON} or {CSV}; the answer is a line for each"
        raise EligoError(Problem("several-patients", "the body holds several patients", Place(BODY), help_text))
    return found[0]


def screening(call: Call) -> HttpAnswer:
    """Screen a record; of lines and tables each patient, a line each."""
    state = screen_state(call, call.query)
    if call.media in (NDJSON, CSV):
        return HttpAnswer(_screen_lines(call, state), NDJSON)
    done = screen.screen_one(one_job(call, state), state)
    if done.text:
        return HttpAnswer(done.text)
    if done.problems:
        raise EligoError(done.problems)
    return HttpAnswer("", status=204)  # nothing of what `only` asks for


def _screen_lines(call: Call, state: screen.ScreenState) -> Iterator[str]:
    found = False
    for job in body_jobs(call.body, BODY, state.options):
        done = screen.screen_one(job, state)
        if done.text or done.problems:
            yield (done.text or json_line({"problems": problems_json(done.problems)})) + "\n"
        found = True
    if not found:
        yield json_line({"problems": problems_json([inputs.nobody([BODY])])}) + "\n"


def audit(call: Call) -> HttpAnswer:
    """Explain a record, criterion by criterion: as data, or as the printable page."""
    state = screen_state(call, call.query, AUDIT, "--outlook")
    job = one_job(call, state)
    if not call.takes(HTML):
        return _only(screen.screen_one(job, state))
    from eligo.service.sheet import sheet  # lazily: a page is not often asked for

    return sheet(job, state)


def _only(done: Done) -> HttpAnswer:
    if not done.text:
        raise EligoError(done.problems)
    return HttpAnswer(done.text)


def questions(call: Call) -> HttpAnswer:
    """Say what to find out next of a patient."""
    from eligo.commands import next as next_command  # lazily, as below: a start does without

    def make(rules: Rules) -> next_command.NextState:
        fixed = ("-", "--json", *call.bench.settings.fixed)
        return next_command.ready(arguments(next_command, NEXT, call.query, fixed), rules)

    state = call.bench.kept(("next", call.query), make)
    done = next_command.ask_one(one_job(call, state), state)
    if done.data is None:
        raise EligoError(done.problems)
    return json_answer(done.data)


# --- answers


class AnsweredRecord(NamedTuple):
    """What came of answers to questions: the dialog with them, the answers themselves, what is wrong."""

    dialog: answer_command.AnswerDialog
    entries: tuple[FilledEntry, ...]
    problems: tuple[Problem, ...]


def answered(
    job: Job, state: screen.ScreenState, before: Replies, settings: Sequence[str], by: str, day: str | None
) -> AnsweredRecord:
    """Answer questions that a record leaves open, in the light of what was answered before."""
    from eligo.worksheet.entry import FilledEntry
    from eligo.worksheet.items import items_of

    reading = read_job(job, replace(state.options, answers=before))
    if reading.patient is None:
        raise EligoError(reading.problems)
    entries = list[FilledEntry]()
    dialog = dialog_of(state, reading.patient, by, day, entries.extend)
    problems = dialog.take(settings, {item.key: item for item in items_of(state.rules.plans)})
    return AnsweredRecord(dialog, tuple(entries), tuple(problems))


def dialog_of(
    state: screen.ScreenState,
    patient: Patient,
    by: str = "",
    day: str | None = None,
    keep: Callable[[list[FilledEntry]], object] = bool,
) -> answer_command.AnswerDialog:
    """The questions that a patient's record leaves open, as `eligo answer` asks them."""
    from eligo.commands import answer as answer_command

    args = argparse.Namespace(**vars(state.args), by=by, date=day)
    return answer_command.AnswerDialog(state.rules.engine(state.policy), patient, args, keep)


def answers(call: Call) -> HttpAnswer:
    """Take answers of a person to what a record leaves open, and give the verdicts with them."""
    from eligo.commands.answer import state_json

    given = _given(read_json(call.body, BODY, len(call.body), of_patient=True))
    state = screen_state(call, call.query, ANSWERS)
    record = json_line(given["record"]).encode()
    before = _replies(given.get("answers"))
    settings = [f"{question}={said}" for question, said in _texts(given.get("set", {})).items()]
    by, day = str(given.get("by") or getpass.getuser()), given.get("date")
    found = answered(one_job(call, state, record), state, before, settings, by, None if day is None else str(day))
    if found.problems and not found.entries:
        raise EligoError(found.problems)
    kept = {"schema": SCHEMA, "answers": [{"patient": e.patient} | reply_json(e.reply) for e in found.entries]}
    problems = {"problems": problems_json(found.problems)} if found.problems else {}
    told = state_json(found.dialog, state.rules)
    return json_answer({**told, "answers": kept["answers"], **problems})


def _given(data: object) -> Mapping[str, object]:
    """The body of a request with answers; raise `EligoError` for one of another shape."""
    help_text = "send `record`, `set` (question: answer), and if need be `answers`, `by`, `date`"
    if not isinstance(data, dict) or not isinstance(data.get("record"), dict) or data.keys() - _ANSWER_KEYS:
        raise EligoError(Problem("body", "the body is no record with answers", Place(BODY), help_text))
    if not isinstance(data.get("by", ""), str) or not isinstance(data.get("date", ""), str):
        raise EligoError(Problem("body", "`by` and `date` are texts", Place(BODY), help_text))
    return data


def _texts(data: object) -> Mapping[str, str]:
    if not isinstance(data, dict) or not all(isinstance(value, str) for value in data.values()):
        raise EligoError(Problem("body", "`set` gives each question its answer, a text", Place(BODY, path="set")))
    return data


def _replies(data: object) -> Replies:
    """Answers that were given before; raise `EligoError` where one cannot be used."""
    if data is None:
        return {}
    found, problems = answers_of(json_line({"answers": data}).encode(), BODY)
    if problems:
        raise EligoError(problems)
    return found
