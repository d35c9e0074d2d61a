"""What an Observation or one of its components says in, handed to the builder; and the means to hand over anything."""

from __future__ import annotations

from collections.abc import Callable

from eligo.dataclass import dataclass
from eligo.jsontext import JsonPath
from eligo.patients.answers import read_answer
from eligo.patients.build import PatientBuilder
from eligo.patients.diagnostic_tests import asked, find_test, test_of_name
from eligo.patients.fhir_ranges import Whom
from eligo.patients.fhir_values import (
    FhirDays,
    Refusal,
    answer_in,
    answer_words,
    day_of,
    remark_of,
    some_day,
    value_of,
)
from eligo.patients.fhir_words import OF_NONE, FhirAsked, Json, Meaning, asked_by, concepts_of, obj
from eligo.patients.ledger import Outcome, Took
from eligo.patients.marks import Mark
from eligo.patients.model import ListName, PartialDate
from eligo.patients.names import Trouble, find_in_vocabulary
from eligo.patients.person import When

Resolve = Callable[[Json, Json], Json]  # the resource that holds a reference, and the reference, to what it refers to


@dataclass(frozen=True, slots=True)
class Handover:
    """Hands resources over to a builder; `log` gets what the builder does not see, `resolve` follows references.

    What a `doubtful` one hands over is at most suspected.
    """

    builder: PatientBuilder
    days: FhirDays
    log: list[Took]
    resolve: Resolve
    doubtful: bool = False

    def state(
        self,
        meaning: Meaning,
        list_name: ListName,
        path: JsonPath,
        status: str,
        start: tuple[When | None, str],
        end: tuple[When | None, str],
        visit: bool = False,
    ) -> bool:
        """Hand over every concept that a resource means; `visit` marks the diagnosis of one visit."""
        if not meaning.names:
            self.log.append(Took(_outcome(meaning), "", meaning.reason, meaning.text))
            if meaning.reason != OF_NONE:
                self.builder.lacks(list_name)
        mark: Mark | None = "suspected" if self.doubtful else meaning.mark
        said = None if status == "dates" else status
        if meaning.alone is not None:
            self.builder.state(meaning.alone, list_name, path, said, start, end, mark=mark, visit=visit, told=True)
        for name in meaning.names:
            self.builder.state(name, list_name, path, said, start, end, mark=mark, visit=visit)
        return meaning.by_name

    # --- results

    def part(self, resource: Json, part: Json, day: When, path: JsonPath) -> bool:
        """Take the value of an Observation or of one of its components: of a variable, of a test, or of a condition."""
        about = asked_by(part.get("code"))
        if about.variable.names:
            meaning, test = about.variable, test_of_name(about.variable.names[0])
        elif about.test.names:
            meaning, test = about.test, find_test(about.test.names[0])
        else:
            return self.finding(part, day, path, about)
        measured = bool(about.variable.names) and "valueQuantity" in part
        answer = answer_in(part, test.own) if test and not measured else None
        value, unit = (answer_words(part), None) if answer else value_of(part)
        remark = self.remark(resource, part)
        whom = Whom(self.builder.sex, self.days, day_of(day) if isinstance(day, str) else day)
        self.builder.observe(
            meaning.names[0], value, path, unit, day, whom.range_of(part), answer=answer, remark=remark
        )
        return meaning.by_name

    def remark(self, resource: Json, part: Json) -> str | None:
        """What the laboratory wrote beside a value, or says of its specimen (hemolyzed, clotted)."""
        specimen: Json = {}
        if "specimen" in resource and (reference := obj(resource["specimen"])):
            try:
                specimen = self.resolve(resource, reference)
            except Refusal:  # most records do not hold the specimen
                specimen = {}
        return remark_of(resource, part, specimen)

    def finding(self, part: Json, day: When, path: JsonPath, about: FhirAsked) -> bool:
        """Take an Observation that asks whether the patient has a condition, or whose value names one."""
        if not about.named_by_value and not about.condition.names:
            self.log.append(Took(_outcome(about.variable), "", about.variable.reason, about.variable.text))
            return False
        has_value = any(key.startswith("value") for key in part)
        if about.named_by_value and has_value:
            meaning = concepts_of(part.get("valueCodeableConcept"), "conditions")
            until = day_of(day) if isinstance(day, str) else day
            began = PartialDate(min(some_day(self.days).first, until.last), until.last)
            return self.state(meaning, "conditions", path, "dates", (began, ""), (None, ""))
        found = find_in_vocabulary(about.condition.names[0]) if about.condition.names and has_value else None
        if found is not None and not isinstance(found, Trouble) and not found.mark:
            concept = found.concept
            answer = answer_in(part, None) or read_answer(answer_words(part))
            if answer is not None and concept.kind in ("condition", "state"):
                self.builder.found(asked(concept), answer, self.builder.day(day, path), answer_words(part))
                return about.condition.by_name
            if concept.grade_variable:
                value, unit = value_of(part)
                self.builder.observe(concept.grade_variable, value, path, unit, day)
                return about.condition.by_name
        unknown = about.variable
        self.log.append(Took(_outcome(unknown), "", unknown.reason, unknown.text))
        return False


def _outcome(meaning: Meaning) -> Outcome:
    return "not needed" if meaning.reason in ("not-in-vocabulary", OF_NONE) else "refused"
