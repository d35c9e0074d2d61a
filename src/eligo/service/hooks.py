"""CDS Hooks 2.0.1: what an EHR sends of a patient in, a card for each trial that fits, or nearly fits, out.

What it sends is told apart: data; `null`, which was asked for and is empty; what was not sent, and what failed, of
which nothing is known. So no list counts as complete that did not come. The EHR's own server is never called.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from eligo.commands.screen import ScreenState, screened_reading
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.jsontext import read_json
from eligo.namedtuple import NamedTuple
from eligo.patients.jobs import Job, Raw
from eligo.patients.ledger import Reading
from eligo.patients.readers import read_job
from eligo.plan import Plan
from eligo.report.display import criterion
from eligo.report.jsonline import json_line
from eligo.report.measures import Data
from eligo.report.page.strip import sentence_of
from eligo.requirements import searches
from eligo.service.answer import Call, HttpAnswer, json_answer
from eligo.service.guard import BODY
from eligo.service.records import screen_state

ALL = "eligo"  # the service of all trials; that of one is `eligo-TRIAL`
HOOK = "patient-view"
LONGEST_SUMMARY = 139
MOST_FEEDBACK = 200
OUTCOMES = ("accepted", "overridden")
# The lists of a record that each part of the prefetch fills.
LISTS = {
    "conditions": "conditions",
    "procedures": "procedures",
    "medicationRequests": "medications",
    "medicationStatements": "medications",
}


class Sent(NamedTuple):
    """What came of the prefetch: the resources, and the parts that were not sent or that failed."""

    resources: tuple[Mapping[str, object], ...]
    absent: tuple[str, ...]
    failed: tuple[str, ...]


def discovery(call: Call) -> HttpAnswer:
    """The services: one for all trials, and one for each."""
    plans = call.bench.rules().plans
    return json_answer({"services": [_service(ALL, "Trials for this patient", plans), *map(_of_trial, plans)]})


def _of_trial(plan: Plan) -> dict[str, object]:
    return _service(f"{ALL}-{plan.trial}", f"{plan.trial}: {plan.title}", [plan])


def _service(id_: str, title: str, plans: Iterable[Plan]) -> dict[str, object]:
    said = "Says for which clinical trials a patient is eligible, or one open point away from it"
    return {"hook": HOOK, "id": id_, "title": title, "description": said, "prefetch": searches(plans)}


def cards(call: Call) -> HttpAnswer:
    """The cards for a patient."""
    data = _request(call)
    plans = _plans(call)
    asked = call.bench.kept(("searches", call.path["service"]), lambda _: searches(plans))
    sent = _sent(data.get("prefetch"), asked)
    state = _state(call, plans)
    reading = _reading(sent, state)
    if reading.patient is None:
        raise EligoError(reading.problems)
    context = data["context"]
    if isinstance(context, dict) and reading.patient.id != context.get("patientId"):
        raise EligoError(Problem("hook-patient", "the prefetch is of another patient than the context", Place(BODY)))
    screened = screened_reading(reading, Place(BODY), state).data or {"trials": ()}
    card = partial(_card, call=call, sent=sent, instance=uuid.UUID(str(data["hookInstance"])))
    return json_answer({"cards": [card(trial) for trial in screened["trials"] if _is_near(trial)]})


def _request(call: Call) -> Mapping[str, object]:
    """The body; raise `EligoError` where it is none of this hook."""
    data = read_json(call.body, BODY, len(call.body), of_patient=True)
    context = data.get("context") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(context, dict) or data.get("hook") != HOOK:
        raise EligoError(Problem("body", f"the body is no request of the hook `{HOOK}`", Place(BODY)))
    if not isinstance(context.get("patientId"), str) or not _is_uuid(data.get("hookInstance")):
        help_text = "send `hookInstance`, a UUID, and `context.patientId`"
        raise EligoError(Problem("body", "the request does not say whose view it is", Place(BODY), help_text))
    return data


def _is_uuid(text: object) -> bool:
    try:
        return isinstance(text, str) and bool(uuid.UUID(text))
    except ValueError:
        return False


def _plans(call: Call) -> tuple[Plan, ...]:
    """The trials of a service; raise `EligoError` for a name that is none."""
    name, rules = call.path["service"], call.bench.rules()
    found = rules.plans if name == ALL else tuple(p for p in rules.plans if name == f"{ALL}-{p.trial}")
    if not found:
        raise EligoError(Problem("not-found", "there is no such service", help="/cds-services lists them"))
    return found


def _state(call: Call, plans: Iterable[Plan]) -> ScreenState:
    """How to screen: for today, which the server's clock says, or for the day that it was started for."""
    day = call.bench.settings.as_of or datetime.date.today().isoformat()
    named = [] if call.path["service"] == ALL else [("trial", plan.trial) for plan in plans]
    return screen_state(call, [("as-of", day), *named])


# --- what was sent


def _sent(prefetch: object, asked: Iterable[str]) -> Sent:
    """What came of what was asked for; raise `EligoError` where there is no patient."""
    given = prefetch if isinstance(prefetch, dict) else {}
    absent = tuple(key for key in asked if key not in given)
    failed = tuple(key for key in asked if key in given and _has_failed(given[key]))
    patient = given.get("patient")
    if not isinstance(patient, dict) or patient.get("resourceType") != "Patient":
        message = "the patient was not sent, so nothing can be said"
        raise EligoError(Problem("prefetch-missing", message, Place(BODY), "send `prefetch.patient`"))
    found = (given[key] for key in asked if key not in absent and key not in failed and given[key] is not None)
    return Sent(tuple(found), absent, failed)


def _has_failed(part: object) -> bool:
    """Whether a part of the prefetch is no data, but what went wrong."""
    return part is not None and (not isinstance(part, dict) or part.get("resourceType") == "OperationOutcome")


def _reading(sent: Sent, state: ScreenState) -> Reading:
    """The record that was sent; the lists of which a part did not come are complete for nobody."""
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in sent.resources]}
    reading = read_job(Job("fhir", (Raw(json_line(bundle).encode(), BODY),)), state.options)
    lost = {LISTS[key] for key in (*sent.absent, *sent.failed) if key in LISTS}
    if reading.patient is None or not lost:
        return reading
    complete = frozenset(name for name in reading.patient.complete if name not in lost)
    in_part = frozenset([*reading.patient.in_part, *lost])
    return replace(reading, patient=replace(reading.patient, in_part=in_part, complete=complete))


# --- cards


def _is_near(trial: Data) -> bool:
    """Whether a trial is worth a card: the patient is eligible, or one open point away from it."""
    open_ = trial["verdict"] == "UNDETERMINED" and len(trial["open"]) == 1
    return bool(trial["criteria"]) and (trial["verdict"] == "ELIGIBLE" or open_)


def _card(trial: Data, call: Call, sent: Sent, instance: uuid.UUID) -> dict[str, object]:
    scheme = "https" if call.bench.settings.secure else "http"
    address = f"{scheme}://{call.host}"
    said = "eligible" if trial["verdict"] == "ELIGIBLE" else "eligible but for one open point"
    return {
        "uuid": str(uuid.uuid5(instance, trial["trial"])),
        "summary": _cut(f"{trial['trial']}: {said}. {trial['title']}"),
        "detail": "\n\n".join(_detail(trial, sent)),
        "indicator": "info",
        "source": {"label": "eligo", "url": address},
        "links": [{"label": "The criteria", "url": f"{address}/review/{trial['trial']}", "type": "absolute"}],
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 1]}…"


def _detail(trial: Data, sent: Sent) -> Iterator[str]:
    """Why, what is open in the words of the trial, and what was not sent."""
    yield _plain(sentence_of(trial))
    by_id = {finding["id"]: finding for finding in trial["criteria"]}
    for name in trial["open"]:
        yield f"Open: {criterion(name)}: {_plain(by_id[name]['text'])}"
    for said, parts in (("Not sent", sent.absent), ("Could not be had", sent.failed)):
        if parts:
            yield f"{said}: {', '.join(dict.fromkeys(part.rstrip('0123456789') for part in parts))}."


def _plain(text: str) -> str:
    """Text in which nothing is a sign of Markdown, or of HTML."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|~!" else letter for letter in text)


# --- feedback


def feedback(call: Call) -> HttpAnswer:
    """Keep which cards were accepted; comments, which may hold values of a patient, are not kept."""
    _plans(call)
    data = read_json(call.body, BODY, len(call.body), of_patient=True)
    entries = data.get("feedback") if isinstance(data, dict) else None
    if not isinstance(entries, list) or len(entries) > MOST_FEEDBACK or not all(map(_is_feedback, entries)):
        help_text = "send `feedback`: a list, each with the `card` and its `outcome`"
        raise EligoError(Problem("body", "the body is no feedback", Place(BODY), help_text))
    for entry in entries:
        call.bench.store.note("EHR", f"card {entry['outcome']}", str(uuid.UUID(entry["card"])))
    return json_answer({})


def _is_feedback(entry: object) -> bool:
    return isinstance(entry, dict) and _is_uuid(entry.get("card")) and entry.get("outcome") in OUTCOMES
