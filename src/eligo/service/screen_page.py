"""The page *Screen*: records in, verdicts with what blocks and what is open out, and answers that move them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup

from eligo.commands import inputs
from eligo.commands.screen import ScreenState, screened_record
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated
from eligo.namedtuple import NamedTuple
from eligo.patients.jobs import Job
from eligo.patients.ledger import Reading
from eligo.patients.model import Reply
from eligo.patients.readers import body_jobs, jobs, read_job
from eligo.patients.replies import Replies, answers_of, reply_json
from eligo.report.actions import ACTIONS
from eligo.report.answer_words import VERDICT
from eligo.report.display import criterion_of
from eligo.report.jsonline import json_line
from eligo.report.page.strip import strip
from eligo.report.page.summary import About, summary
from eligo.report.page.trial import section
from eligo.report.patient import reading_json
from eligo.report.text import nearest_first
from eligo.report.words import patient_line
from eligo.service.answer import Call, HttpAnswer
from eligo.service.guard import BODY
from eligo.service.pages import alert, fields, fragment, go_to, name_in, page
from eligo.service.records import READING, answered, dialog_of, screen_state
from eligo.service.sheet import sheet
from eligo.service.state import KeptRecord
from eligo.service.workbench import Workbench
from eligo.version import __version__
from eligo.worksheet.asking import OpenQuestion
from eligo.worksheet.items import YES_NO, value_takes

MOST_RECORDS = 500  # of one upload


class Shown(NamedTuple):
    """A record as a page shows it: the reading, the screening, and what is open."""

    reading: Reading
    data: Mapping[str, Any]
    questions: list[OpenQuestion]


# --- records in


def start(call: Call) -> HttpAnswer:
    """The page on which records are dropped, and from which those that are kept are found again."""
    return page(call, "screen.html", records=call.bench.store.records(), trials=call.bench.listed().plans)


def add(call: Call) -> HttpAnswer:
    """Keep the records that were dropped or pasted, where all of them can be read, and show the one or all."""
    given = fields(call, "record", "as_of")
    by = name_in(call, given)
    state = _state(call, given["as_of"])
    sent = list(body_jobs(given["record"].encode(), BODY, state.options))
    if not sent:
        raise EligoError(inputs.nobody([BODY]))
    if len(sent) > MOST_RECORDS:
        help_text = "screen them by `eligo screen` or over /api/v1/screen"
        raise EligoError(Problem("too-many", f"these are more than {MOST_RECORDS} records", Place(BODY), help_text))
    found = [(_patient(job, state), _body(job)) for job in sent]
    keys = call.bench.store.add(found, given["as_of"] or None, by)
    return go_to(f"/screen/{keys[0]}" if len(keys) == 1 else "/")


def begin(call: Call) -> HttpAnswer:
    """Keep a record of a person of whom no more is known: what the trials ask is then the form to fill in."""
    given = fields(call, "patient", "as_of", "age", "sex")
    by, state = name_in(call, given), _state(call, None)
    person = {"id": given["patient"], "as_of": given["as_of"], "age": given["age"], "sex": given["sex"]}
    record = json_line({key: value for key, value in person.items() if value}).encode()
    (job,) = body_jobs(record, BODY, state.options)
    (key,) = call.bench.store.add([(_patient(job, state), record)], None, by)
    return go_to(f"/screen/{key}")


def add_sources(bench: Workbench) -> tuple[Problem, ...]:
    """Put the patients of the sources that the server was started with into the worklist, but none who is there."""
    state, problems = _state(Call(bench), None), list[Problem]()
    known = {record.patient for record in bench.store.records()}
    for source in bench.settings.records:
        for job in jobs(source, state.options):
            with Isolated(job.place) as unit:
                patient = _patient(job, state)
                if patient not in known:
                    bench.store.add([(patient, _body(job))], None, "eligo serve")
                    known.add(patient)
            problems += unit.problems
    return tuple(problems)


def _state(call: Call, as_of: str | None, *fixed: str) -> ScreenState:
    return screen_state(call, [("as-of", as_of)] if as_of else [], READING, *fixed)


def _patient(job: Job, state: ScreenState) -> str:
    """The id of a patient; raise `EligoError` for a record that cannot be read."""
    reading = read_job(job, state.options)
    if reading.patient is None:
        raise EligoError(reading.problems)
    return reading.patient.id


def _body(job: Job) -> bytes:
    """One patient's part of what was sent."""
    if not job.rows:
        return b"\n".join(raw.data.strip() for raw in (*job.documents, *job.shared))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([job.header, *(cells for _, cells in job.rows)])
    return text.getvalue().encode()


# --- one record


def show(call: Call) -> HttpAnswer:
    """The page of one record."""
    record = call.bench.store.record(call.path["key"])
    return page(call, "record.html", **_data(record, _shown(call, record), ""))


def paper(call: Call) -> HttpAnswer:
    """The printable page of one record."""
    record = call.bench.store.record(call.path["key"])
    state = with_answers(call, record, "--outlook")
    return sheet(job_of(record, state), state)


def answer(call: Call) -> HttpAnswer:
    """Take an answer to an open question, keep it, and show how the verdicts moved."""
    given = fields(call, "question", "answer")
    by, record = name_in(call, given), call.bench.store.record(call.path["key"])
    before = _shown(call, record)
    state = with_answers(call, record)
    setting = f"{given['question']}={given['answer']}"
    found = answered(job_of(record, state), state, state.options.answers, [setting], by, None)
    if not found.entries:
        return alert(found.problems)
    entries = [(_question(e.reply), {"patient": e.patient, **reply_json(e.reply)}) for e in found.entries]
    call.bench.store.answer(record.key, entries, by)
    after = _shown(call, record)
    return fragment("parts.html", "screening", _data(record, after, _moved(before.data, after.data)))


def _question(reply: Reply) -> str:
    """What an answer is to, the same for each answer to it."""
    return json_line([reply.asks, reply.criterion])


def forget(call: Call) -> HttpAnswer:
    """Remove a record with its answers."""
    given = fields(call)
    call.bench.store.remove(call.path["key"], name_in(call, given))
    return go_to("/")


def with_answers(call: Call, record: KeptRecord, *fixed: str) -> ScreenState:
    """How a record is screened: for its day, with what was answered to what it leaves open."""
    state = _state(call, record.as_of, *fixed)
    return replace(state, options=replace(state.options, answers=_replies(call, record)))


def _replies(call: Call, record: KeptRecord) -> Replies:
    kept = call.bench.store.answers(record.key)
    found, problems = answers_of(json_line({"answers": kept}).encode(), BODY)
    if problems:
        raise EligoError(problems)
    return found


def job_of(record: KeptRecord, state: ScreenState) -> Job:
    """The record as it was sent."""
    return next(body_jobs(record.body, record.patient, state.options))


def _shown(call: Call, record: KeptRecord) -> Shown:
    state = with_answers(call, record)
    job = job_of(record, state)
    found = screened_record(job, state)
    if found.data is None or found.reading.patient is None:
        raise EligoError(found.flaws)
    return Shown(found.reading, found.data, dialog_of(state, found.reading.patient).open())


def _data(record: KeptRecord, shown: Shown, moved: str) -> dict[str, object]:
    """What the template shows of a record."""
    trials = sorted(shown.data["trials"], key=nearest_first)
    about = About(reading_json(shown.reading)["patient"], ("none",), (f"eligo {__version__}",))
    patient = shown.reading.patient
    return {
        "key": record.key,
        "patient": shown.data["patient"],
        "line": patient_line(shown.data),
        "moved": moved,
        "strip": _markup(strip(trials)),
        "sections": [_markup(section(trial, shown.data.get("sex"), False)) for trial in trials],
        "summary": _markup(summary(shown.data, about)),
        "groups": _groups(shown.questions),
        "answers": [_answer_line(reply_json(reply)) for reply in (patient.replies if patient else ())],
    }


def _markup(lines: Iterable[str]) -> Markup:
    """What the printable page says, which is safe as it is."""
    return Markup("\n".join(lines))


def _groups(questions: Iterable[OpenQuestion]) -> list[tuple[str, list[dict[str, object]]]]:
    """The open questions under what a person does about them."""
    found: dict[str, list[dict[str, object]]] = {}
    for one in questions:
        found.setdefault(one.action, []).append(
            {
                "number": one.number,
                "key": one.key,
                "words": one.words,
                "choices": _choices(one),
                "takes": one.takes,
                "serves": "; ".join(map(criterion_of, one.criteria)),
            }
        )
    return [(heading, found[action]) for action, heading in ACTIONS.items() if action in found]


def _choices(one: OpenQuestion) -> list[str]:
    """The words that answer a question; none where a value does."""
    if not one.asked:
        return ["yes", "no"] if one.takes == YES_NO else list(one.items[0].choices)
    return [] if one.takes == value_takes(one.key) else one.takes.split(" | ")


def _answer_line(reply: Mapping[str, Any]) -> str:
    said = reply.get("note") or f"{reply.get('criterion') or ''} {reply.get('value', reply.get('answer', ''))}".strip()
    return f"{said} ({reply['by']}, {reply['date']})"


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """How the verdicts moved, in words."""
    old = {trial["trial"]: trial["verdict"] for trial in before["trials"]}
    moved = [
        f"{trial['trial']}: {VERDICT[old[trial['trial']]]} before, now {VERDICT[trial['verdict']]}"
        for trial in after["trials"]
        if old.get(trial["trial"]) != trial["verdict"]
    ]
    return "; ".join(moved) or "No verdict moved"
