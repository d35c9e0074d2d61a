"""A screening in, all that comes after it out, as data.

Each answer follows from running the very tests of the screening on a changed record; none is guessed, and none changes
a verdict.
"""

from __future__ import annotations

from typing import Any

from eligo.evaluate import Engine
from eligo.explain import Screening
from eligo.namedtuple import NamedTuple
from eligo.outlook.changes import remedies
from eligo.outlook.data import asked_json, doubt_json, expiry_json, open_json, remedies_json
from eligo.outlook.doubts import doubts
from eligo.outlook.expiry import expiries
from eligo.outlook.questions import by_worth
from eligo.outlook.situation import Situation
from eligo.outlook.worth import next_of
from eligo.patients.model import Patient
from eligo.truth import Verdict


class Ahead(NamedTuple):
    """What comes after a screening, as JSON data: the questions over all trials, and the outlook of each trial."""

    questions: list[dict[str, Any]]
    trials: dict[str, dict[str, Any]]

    def added_to(self, screening: dict[str, Any]) -> dict[str, Any]:
        """The JSON data of the screening, with what comes after it."""
        trials = [trial | {"outlook": self.trials[trial["trial"]]} for trial in screening["trials"]]
        return screening | {"next": self.questions, "trials": trials}


def look_ahead(engine: Engine, patient: Patient, screening: Screening) -> Ahead:
    """Look ahead from a screening."""
    situation, until = Situation(engine, patient), expiries(engine, patient, engine.trials)
    asking = next_of(engine, patient, screening)
    opens = {found.trial: found for found in asking.opens}
    trials = {}
    for trial, screened in zip(engine.trials, screening.trials, strict=True):
        name = screened.trial
        data: dict[str, Any] = {}
        if name in opens:
            asked = (one for found in asking.asked.values() for one in found if one.trial == name)
            data["next"] = [asked_json(one) for one in by_worth(asked)]
            data |= open_json(opens[name])
        elif screened.verdict is Verdict.INELIGIBLE:
            data["changes"] = remedies_json(remedies(situation, trial), situation)
        data["sensitivity"] = [doubt_json(doubt) for doubt in doubts(situation, trial, screened.verdict)]
        data["expiry"] = expiry_json(until[name])
        trials[name] = data
    return Ahead(asking.ranked_json(), trials)
