"""One FHIR resource of a patient in, what it states handed to the builder, or a `Refusal` with the reason."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import date

from eligo.bounds import is_screening_day
from eligo.dataclass import dataclass, replace
from eligo.jsontext import JsonPath
from eligo.patients.fhir_observations import Handover
from eligo.patients.fhir_values import (
    Refusal,
    day_of,
    period_of,
    some_day,
    span_of,
    when_of,
    written_date,
)
from eligo.patients.fhir_words import (
    MODIFIED,
    Json,
    Meaning,
    absence_of,
    allergy_of,
    code_word,
    concepts_of,
    modifiers,
    obj,
    objects,
    text_of,
    words,
)
from eligo.patients.jobs import kind_of
from eligo.patients.ledger import Took
from eligo.patients.model import ListName, PartialDate
from eligo.patients.person import When

VISIT = "encounter-diagnosis"  # the category of a diagnosis that was made or treated at one visit
HOSPITAL = "hospitalization"  # what an inpatient encounter is


@dataclass(frozen=True, slots=True)
class Taker(Handover):
    """Hands over what any resource states."""

    def take(self, resource: Json, path: JsonPath) -> bool:
        """Hand over what a resource states, and say whether a name was understood where no code was."""
        kind = kind_of(resource)
        taker = self
        try:
            if modifiers(resource):
                self.modified(kind)
                taker = replace(self, doubtful=True)
            return _TAKE[kind](taker, resource, path)
        except NotNeededError as reason:
            self.log.append(Took("not needed", "", reason.code, reason.text))
        except Refusal as refusal:
            self.log.append(Took("refused", "", refusal.code, refusal.text))
        return False

    def modified(self, kind: str) -> None:
        """Say that a resource is modified; a result then does not count, and what else it is about stays open."""
        if kind == "Observation":
            raise Refusal("modifier", MODIFIED)
        self.log.append(Took("refused", "", "modifier", MODIFIED))

    # --- results

    def observation(self, resource: Json, path: JsonPath) -> bool:
        """Take the value of an Observation and those of its components."""
        _status(resource, "Observation")
        day = self.effective(resource)
        by_name = False
        parts = [resource, *objects(resource.get("component"))]
        if len(parts) > 1 and not any(key.startswith("value") for key in resource):
            del parts[0]
        for part in parts:
            try:
                by_name = self.part(resource, part, day, path) or by_name
            except Refusal as refusal:
                self.log.append(Took("refused", "", refusal.code, refusal.text))
        return by_name

    def effective(self, resource: Json) -> When:
        """When it was measured, else when it was reported, else any day of the patient's life."""
        return when_of(resource, "effective", self.days) or written_date(resource.get("issued")) or some_day(self.days)

    # --- facts

    def condition(self, resource: Json, path: JsonPath) -> bool:
        """Take a Condition; the verification goes before the clinical status."""
        status = _clinical(resource)
        if self.absence(resource.get("code"), status, path):
            return False
        meaning = concepts_of(resource.get("code"), "conditions")
        onset, abatement = when_of(resource, "onset", self.days), when_of(resource, "abatement", self.days)
        self.known_by_then(resource, onset)
        onset = onset or self.by_its_record(resource)
        visit = status == "dates" and VISIT in _categories(resource)
        if abatement is None and resource.get("abatementBoolean") is True and status == "dates":
            status = "resolved"
        return self.state(meaning, "conditions", path, status, (onset, "onset"), (abatement, "abatement"), visit)

    def by_its_record(self, resource: Json) -> PartialDate | None:
        """The days on which a condition can have begun that has no onset: by the day on which it was recorded."""
        recorded = _recorded(resource)
        if recorded is None:
            with contextlib.suppress(Refusal):  # the visit is often not in the record
                visit = self.resolve(resource, obj(resource.get("encounter")))
                start, end = period_of(visit.get("actualPeriod") or visit.get("period"))
                recorded = start or end
        if recorded is None or day_of(recorded).first > self.days.as_of:
            return None
        return PartialDate(min(some_day(self.days).first, day_of(recorded).first), day_of(recorded).last)

    def allergy(self, resource: Json, path: JsonPath) -> bool:
        """Take an AllergyIntolerance as the state of having that allergy."""
        status = _clinical(resource)
        if self.absence(resource.get("code"), status, path):
            return False
        meaning = allergy_of(resource.get("code"))
        if meaning.reason == "not-in-vocabulary":
            stated = resource.get("category")
            listed = stated if isinstance(stated, list) else [stated]
            kinds = {known for kind, known in words().allergies.items() if kind in listed}
            meaning = Meaning((kinds.pop() if len(kinds) == 1 else "allergy",), by_name=True)
        onset = when_of(resource, "onset", self.days)
        self.known_by_then(resource, onset)
        return self.state(meaning, "conditions", path, status, (onset, "onset"), (None, ""))

    def absence(self, code: object, status: str, path: JsonPath) -> bool:
        """Take a code that records that there is nothing of a kind, and say whether it is one."""
        absence = absence_of(code)
        if absence is None:
            return False
        for name in absence.unknown:
            self.builder.lacks(name)
            self.log.append(Took("not needed", "", "nothing-known", "it says that nobody knows"))
        if absence.unknown:
            return True
        if status not in ("dates", "active") or self.doubtful:
            raise Refusal("unconfirmed", "it records an absence that is over, or not confirmed")
        for concept in absence.ruled_out:
            self.builder.rule_out(concept, path)
        self.builder.complete(absence.complete)
        for name in (*absence.complete, *absence.none):
            self.log.append(Took("used", f"no {name}"))
        return True

    def known_by_then(self, resource: Json, onset: When | None) -> None:
        """Refuse what was recorded only after the screening, where nothing says that it had begun before."""
        recorded = _recorded(resource)
        if onset is None and recorded and day_of(recorded).first > self.days.as_of:
            raise Refusal("after-as-of", "it lies after the day of the screening")

    def procedure(self, resource: Json, path: JsonPath) -> bool:
        """Take a Procedure."""
        status = _status(resource, "Procedure")
        stem = "performed" if any(key.startswith("performed") for key in resource) else "occurrence"
        start, end = span_of(resource, stem, self.days)
        if self.absence(resource.get("code"), "dates", path):
            return False
        meaning = concepts_of(resource.get("code"), "procedures")
        return self.state(meaning, "procedures", path, status, (start, "start"), (end, "end"))

    def request(self, resource: Json, path: JsonPath) -> bool:
        """Take a MedicationRequest: what is ordered and not stopped counts as taken."""
        intent, status = _status(resource, "intent", "intent"), _status(resource, "MedicationRequest")
        status = next((s for s in ("suspected", "planned") if s in (status, intent)), status)
        if self.absence(self.drug(resource), "dates", path):
            return False
        bounds = [
            period_of(obj(obj(dose.get("timing")).get("repeat")).get("boundsPeriod"))
            for dose in objects(resource.get("dosageInstruction"))
        ]
        start = next((first for first, _ in bounds if first), None) or written_date(resource.get("authoredOn"))
        ends = [last for _, last in bounds]
        end = ends[0] if len(set(ends)) == 1 else None
        return self.state(self.medication(resource), "medications", path, status, (start, "start"), (end, "end"))

    def statement(self, resource: Json, path: JsonPath) -> bool:
        """Take a MedicationStatement; what the patient does with it goes before its status."""
        status = _status(resource, "MedicationStatement")
        if status == "dates":
            status = _status(resource, "taken", "taken")
        adherence = _status({"code": code_word(obj(resource.get("adherence")).get("code"))}, "adherence", "code")
        status = status if adherence == "dates" else adherence
        if self.absence(self.drug(resource), "dates", path):
            return False
        start, end = span_of(resource, "effective", self.days)
        if start is end and status != "resolved":  # a statement of one day says that it was taken on that day
            end = None
        return self.state(self.medication(resource), "medications", path, status, (start, "start"), (end, "end"))

    def administration(self, resource: Json, path: JsonPath) -> bool:
        """Take a MedicationAdministration."""
        status = _status(resource, "MedicationAdministration")
        # R5 calls it `occurence`, with one r; a tool may well mend that.
        stems = ("effective", "occurence", "occurrence")
        stem = next((s for s in stems if any(key.startswith(s) for key in resource)), "effective")
        start, end = span_of(resource, stem, self.days)
        return self.state(self.medication(resource), "medications", path, status, (start, "start"), (end, "end"))

    def medication(self, resource: Json) -> Meaning:
        """What a medication resource is about."""
        return concepts_of(self.drug(resource), "medications")

    def drug(self, resource: Json) -> Json:
        """The drug of a medication resource: its own code, or that of the Medication that it refers to."""
        both = obj(resource.get("medication"))  # R5
        concept = obj(resource.get("medicationCodeableConcept")) or obj(both.get("concept"))
        if concept:
            return concept
        reference = obj(resource.get("medicationReference")) or obj(both.get("reference"))
        return obj(self.resolve(resource, reference).get("code")) if reference else {}

    def encounter(self, resource: Json, path: JsonPath) -> bool:
        """Take an Encounter as a stay in hospital, where it is one."""
        kinds = objects(resource.get("class"))
        if {text_of(c.get("code")) or code_word(c) for c in kinds}.isdisjoint(words().inpatient):
            raise NotNeededError("not-asked-for", "it is no stay in hospital")
        status = _status(resource, "Encounter")
        start, end = period_of(resource.get("actualPeriod") or resource.get("period"))
        return self.state(Meaning((HOSPITAL,)), "conditions", path, status, (start, "start"), (end, "end"))


class NotNeededError(Refusal):
    """Why nothing of a resource is needed."""


def _status(resource: Json, table: str, key: str = "status") -> str:
    """What the status says; a `Refusal` where it says that the resource does not count."""
    negations = words().negations
    if not negations.isdisjoint(resource) and any(resource.get(negation) is True for negation in negations):
        raise Refusal("not-done", "it says that this is not done, so it does not count")
    word = code_word(resource.get(key))
    status = words().status(table, word)
    if status == "none":
        raise Refusal(str(word), f"its status is `{word}`, so it does not count")
    return status


def _recorded(resource: Json) -> str | None:
    """The day on which it was recorded; DSTU2 has another name for it."""
    return written_date(resource.get("recordedDate")) or written_date(resource.get("dateRecorded"))


def _categories(resource: Json) -> set[str]:
    """The codes of all categories."""
    codings = (coding for category in objects(resource.get("category")) for coding in objects(category.get("coding")))
    return {code for coding in codings if (code := text_of(coding.get("code")))}


def _clinical(resource: Json) -> str:
    """What verification and clinical status say together."""
    verified = _status(resource, "verification", "verificationStatus")
    return verified if verified != "dates" else _status(resource, "clinical", "clinicalStatus")


# What is refused by the word of the record itself: nothing is missing without it, and it needs no warning.
DISMISSED = frozenset(
    {
        "entered-in-error",
        "refuted",
        "cancelled",
        "not-done",
        "not-taken",
        "not-taking",
        "draft",
        "after-as-of",
        "no-value",
    }
)
LIST_OF: Mapping[str, ListName] = {
    "AllergyIntolerance": "conditions",
    "Condition": "conditions",
    "Procedure": "procedures",
    "MedicationRequest": "medications",
    "MedicationStatement": "medications",
    "MedicationAdministration": "medications",
}
_TAKE: Mapping[str, Callable[[Taker, Json, JsonPath], bool]] = {
    "Observation": Taker.observation,
    "Condition": Taker.condition,
    "Procedure": Taker.procedure,
    "MedicationRequest": Taker.request,
    "MedicationStatement": Taker.statement,
    "MedicationAdministration": Taker.administration,
    "AllergyIntolerance": Taker.allergy,
    "Encounter": Taker.encounter,
}


# --- dates, for a record that does not say of which day it is

_STEMS = (
    "effective",
    "issued",
    "onset",
    "abatement",
    "recordedDate",
    "performed",
    "occurrence",
    "occurence",
    "authoredOn",
)
_POINTS = frozenset(f"{stem}{kind}" for stem in _STEMS for kind in ("", "DateTime", "Instant"))
_PERIODS = frozenset((*(f"{stem}Period" for stem in _STEMS), "period", "actualPeriod"))


def newest_day(resource: Json) -> date | None:
    """The last day that a resource speaks of as past; None for one that does not count, or that is only planned."""
    kind = kind_of(resource)
    if kind not in _TAKE:
        return None
    try:
        status = _clinical(resource) if kind in ("Condition", "AllergyIntolerance") else _status(resource, kind)
        if status == "planned" or _status(resource, "intent", "intent") == "planned":
            return None
        over = kind == "Observation" or status == "resolved"  # else a period may end in the future
        found = list[date]()
        for key, value in resource.items():
            if key in _POINTS and isinstance(value, str) and (text := written_date(value)):
                found.append(day_of(text).last)
            elif key in _PERIODS:
                start, end = period_of(value)
                found += [day_of(text).last for text in (start, end if over else None) if text]
    except Refusal:
        return None
    return max(filter(is_screening_day, found), default=None)
