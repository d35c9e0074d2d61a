"""What comes after yes and no: what to measure next, how far away a patient is, what a verdict hangs on, until when.

`outlook_of` gives all of it for each trial of a screening, as data. Each answer follows from running the very tests of
the screening on a changed record; none is guessed, and none changes a verdict.
"""

from __future__ import annotations

from typing import Any

from eligo.evaluate import Engine
from eligo.explain import Screening
from eligo.outlook.changes import remedies
from eligo.outlook.data import asked_json, doubt_json, expiry_json, open_json, remedies_json
from eligo.outlook.doubts import doubts
from eligo.outlook.expiry import expiries
from eligo.outlook.questions import ask, by_worth, open_parts
from eligo.outlook.situation import Situation
from eligo.patients.model import Patient
from eligo.truth import Verdict

__all__ = ["outlook_of"]


def outlook_of(engine: Engine, patient: Patient, screening: Screening) -> dict[str, dict[str, Any]]:
    """The outlook of each trial, by the trial's id, as JSON data."""
    situation = Situation(engine, patient)
    opens = {t.trial: open_parts(t) for t in screening.trials if t.verdict is Verdict.UNDETERMINED}
    asked = ask(Situation(engine, patient, [t for t in engine.trials if t.plan.trial in opens]), opens.values())
    until = expiries(engine, patient, engine.trials)
    found = {}
    for trial, screened in zip(engine.trials, screening.trials, strict=True):
        name = screened.trial
        data: dict[str, Any] = {}
        if name in opens:
            data["next"] = [asked_json(a) for a in by_worth(a for a in asked if a.trial == name)]
            data |= open_json(opens[name])
        elif screened.verdict is Verdict.INELIGIBLE:
            data["changes"] = remedies_json(remedies(situation, trial), situation, list(screened.open))
        data["sensitivity"] = [doubt_json(doubt) for doubt in doubts(situation, trial, screened.verdict)]
        data["expiry"] = expiry_json(until[name])
        found[name] = data
    return found
