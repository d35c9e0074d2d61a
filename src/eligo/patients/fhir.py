"""The FHIR resources of one patient in, a `Reading` out: the patient, what is wrong, and a ledger entry per resource.

Plain dictionaries, no FHIR library: one odd resource must not lose the others. What cannot be used is refused with its
reason; only what leaves open whose record it is, or of which day, is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from datetime import date

from eligo.dataclass import dataclass, field, replace
from eligo.errors import Place, Problem, did_you_mean
from eligo.jsontext import JsonPath, masked, shown
from eligo.patients.build import LISTS, PatientBuilder
from eligo.patients.fhir_resources import DISMISSED, LIST_OF, Taker, newest_day
from eligo.patients.fhir_values import FhirDays, Refusal, written_date
from eligo.patients.fhir_words import MODIFIED, OF_NONE, Json, code_word, modifiers, obj, objects, text_of, words
from eligo.patients.jobs import kind_of
from eligo.patients.ledger import LedgerEntry, Reading, Took, entry_of
from eligo.patients.notes import Noted
from eligo.patients.values import NO_UNITS, Units

ALL = "*"  # in place of a system: keep all identifiers, and name the patient by none
NOT_ASKED = "it holds nothing that criteria ask for"


@dataclass(frozen=True, slots=True)
class FhirItem:
    """A resource and where it is: its place, its path in the document, and the address that others know it by."""

    resource: Json
    place: Place
    path: JsonPath = ()
    full_url: str | None = None
    kind: str = field(init=False)  # the resource type, as it is written

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", kind_of(self.resource))

    @property
    def name(self) -> str:
        """The resource as a ledger names it; a number in the place of its type may be a value."""
        id_, kind = text_of(self.resource.get("id")), masked(self.kind) or "resource"
        return shown(f"{kind}/{id_}" if id_ else kind)

    @property
    def keys(self) -> list[str]:
        """What references to the resource may say."""
        id_ = text_of(self.resource.get("id"))
        own = [f"{self.kind}/{id_}", f"urn:uuid:{id_}"] if id_ else []
        return [*own, *([reference_key(self.full_url)] if self.full_url else [])]


def reference_key(reference: str) -> str:
    """A reference without server and version: `https://server/fhir/Patient/1/_history/2` is `Patient/1`."""
    if reference.startswith("urn:"):
        return reference.lower()
    plain = reference.split("/_history/")[0].rstrip("/")
    return "/".join(plain.rsplit("/", 2)[-2:]) if "/" in plain else plain


def subject_key(resource: Json) -> str | None:
    """Whose resource it is, by the reference of its subject; None where it names nobody."""
    key = words().read.get(kind_of(resource))
    reference = text_of(obj(resource.get(key)).get("reference")) if key else None
    return reference_key(reference) if reference else None


def type_problem(kind: str, place: Place) -> Problem | None:
    """What is wrong with a resource type; None for one of FHIR."""
    known = words()
    if kind in known.read or kind in known.unread:
        return None
    message = "this is no FHIR resource type" if kind else "the resource does not say of which type it is"
    help_ = did_you_mean(kind[:40], (*known.read, *known.unread)) or "`resourceType` is a name such as `Observation`"
    return Problem("resource-type", message, place, help_)


def read_record(
    items: Sequence[FhirItem],
    name: str,
    place: Place,
    as_of: date | None = None,
    shared: Sequence[FhirItem] = (),
    units: Units = NO_UNITS,
    partial: Sequence[str] = (),
    id_by: str | None = None,
) -> Reading:
    """Read the resources of one patient.

    `name` is for a patient without an id, `place` for what is no resource's; `shared` may be referred to. `partial` are
    the reasons why the resources are only a part of the record. `id_by` is the system or type of the identifier that
    names the patient, or `ALL`.
    """
    dropped = _older_versions(items)
    kept = [item for item in items if id(item) not in dropped]
    partial = tuple(dict.fromkeys((*partial, *(why for item in items for why in why_partial(item.resource)))))
    reading = _read_kept(kept, name, place, as_of, shared, units, partial, id_by)
    if not dropped:
        return reading
    entries = dict(zip(map(id, kept), reading.ledger, strict=True)) | dropped
    return replace(reading, ledger=tuple(entries[id(item)] for item in items))


def why_partial(resource: Json) -> Iterator[str]:
    """Why a resource says that the record around it is only a part: its own tags, or the outcome that it reports."""
    known, meta = words().partial, resource.get("meta")
    if isinstance(meta, dict) and ("tag" in meta or "security" in meta):
        for tag in (*objects(meta.get("tag")), *objects(meta.get("security"))):
            if tag.get("code") in known["tags"]:
                yield f"a resource is tagged `{tag['code']}`"
    if kind_of(resource) == "OperationOutcome":
        for issue in objects(resource.get("issue")):
            if issue.get("severity") in known["severities"] or issue.get("code") in known["issues"]:
                yield "the server reports a problem beside it (OperationOutcome)"


def _read_kept(
    items: Sequence[FhirItem],
    name: str,
    place: Place,
    as_of: date | None,
    shared: Sequence[FhirItem],
    units: Units,
    partial: Sequence[str],
    id_by: str | None,
) -> Reading:
    whose = _whose(items, place)
    if isinstance(whose, Problem):
        return Reading(None, (whose,), tuple(_unread_entry(item, whose) for item in items))
    day = as_of or max((d for item in items if _read(item) and (d := newest_day(item.resource))), default=None)
    if day is None:
        help_ = "give the day with `--as-of YYYY-MM-DD`"
        problem = Problem(
            "as-of-missing", "no resource has a date, so the day of the record is not known", place, help_
        )
        return Reading(None, (problem,), tuple(_unread_entry(item, problem) for item in items))
    record = _Record(items, whose, day, name, shared, units)
    if id_by:
        record.identify(id_by, place)
    if partial:
        record.is_partial(partial, place)
    return record.read(place, inferred=as_of is None)


def _read(item: FhirItem) -> bool:
    return item.kind in words().read


class _Record:
    """The resources of one patient on their way into a builder."""

    def __init__(
        self,
        items: Sequence[FhirItem],
        whose: str | None,
        as_of: date,
        name: str,
        shared: Sequence[FhirItem],
        units: Units,
    ) -> None:
        self.items = items
        self.log: list[Took] = []
        self.people = [item for item in items if item.kind == "Patient"]
        id_ = text_of(self.people[0].resource.get("id")) if self.people else None
        fallback = whose.rsplit("/", 1)[-1].removeprefix("urn:uuid:") if whose else name
        self.builder = PatientBuilder(id_ or fallback, as_of, lenient=True, log=self.log, units=units)
        self.by_key = {key: item.resource for item in (*shared, *items) for key in item.keys}
        self.identifiers: dict[str, str] = {}
        self.warnings: list[Problem] = []

    def identify(self, by: str, place: Place) -> None:
        """Take the patient's own identifiers, and name the patient by the one whose system or type is asked for."""
        for item in self.people[:1]:
            for identifier in objects(item.resource.get("identifier")):
                value, system = text_of(identifier.get("value")), text_of(identifier.get("system"))
                kind = code_word(identifier.get("type"))
                if value and identifier.get("use") != "old":
                    self.identifiers.setdefault(system or kind or "unnamed", value)
                    if by and by in (system, kind):
                        self.builder.id = value
                        by = ""
        if by and by != ALL:
            message = "the patient has no identifier of the system that is asked for"
            self.warnings.append(Problem("identifier-missing", message, place, "the resource's id is used", "warning"))

    def is_partial(self, reasons: Sequence[str], place: Place) -> None:
        """Say that the record is only a part, so that no list of it is complete."""
        self.builder.lacks(*LISTS)
        message = f"the record is partial: {'; '.join(reasons)}"
        help_ = "none of its lists is complete; fetch the rest, and read all of it as one"
        self.warnings.append(Problem("record-partial", message, place, help_, "warning"))

    def read(self, place: Place, inferred: bool) -> Reading:
        """Take all resources; the patient comes first, since ages need the birth."""
        if inferred:
            message = f"the record is read as of its newest date, {self.builder.as_of.isoformat()}"
            help_ = "`--as-of` names another day"
            self.warnings.append(Problem("as-of-inferred", message, place, help_, "warning"))
        if not self.people:
            message = "there is no Patient resource, so age and sex are not known"
            self.warnings.append(Problem("patient-missing", message, place, severity="warning"))
        entries: dict[int, LedgerEntry] = {}
        days = FhirDays(self.builder.as_of)
        for item in self.people:
            entries[id(item)] = self._patient(item)
            days = FhirDays(self.builder.as_of, self.builder.birth)
        taker = Taker(self.builder, days, self.log, self._resolve)
        for item in self.items:
            if id(item) not in entries:
                entries[id(item)] = self._entry(item, taker)
        patient = replace(self.builder.build(), identifiers=self.identifiers)
        ledger = tuple(entries[id(item)] for item in self.items)
        return Reading(patient, (*self.warnings, *self._summary(ledger, place)), ledger)

    def _patient(self, item: FhirItem) -> LedgerEntry:
        before, resource = len(self.log), item.resource
        if modifiers(resource):
            text = MODIFIED
            self.log.append(Took("refused", "", "modifier", text))
            return entry_of(item.name, item.place, [Took("used", "identity"), *self.log[before:]])
        try:
            birth = written_date(resource.get("birthDate"))
            if birth:
                self.builder.born(birth, (*item.path, "birthDate"))
        except Refusal as refusal:
            self.log.append(Took("refused", "", refusal.code, refusal.text))
        if gender := text_of(resource.get("gender")):
            self.builder.of_sex(gender, (*item.path, "gender"))
        if resource.get("deceasedBoolean") is True or resource.get("deceasedDateTime"):
            message = "the record says that the patient has died"
            self.warnings.append(Problem("deceased", message, item.place, severity="warning"))
        return entry_of(item.name, item.place, [Took("used", "identity"), *self.log[before:]])

    def _entry(self, item: FhirItem, taker: Taker) -> LedgerEntry:
        """Take one resource; what came of it is what the log has more afterwards."""
        wrong = type_problem(item.kind, item.place)
        if wrong:
            return LedgerEntry(item.name, item.place, "refused", reason=wrong.code, text=wrong.message)
        if not _read(item):
            why = words().why.get(item.kind, NOT_ASKED)
            return LedgerEntry(item.name, item.place, "not needed", reason="not-asked-for", text=why)
        before = len(self.log)
        path = item.path or (item.name,)
        by_name = taker.take(item.resource, path)
        entry = entry_of(item.name, item.place, self.log[before:], by_name)
        if entry.outcome != "used" and item.kind in LIST_OF and entry.reason not in _NOTHING_LEFT_OUT:
            self.builder.lacks(LIST_OF[item.kind])
        return entry

    def _resolve(self, resource: Json, reference: Json) -> Json:
        """The resource that a reference names: one inside it, or one of the record."""
        target = text_of(reference.get("reference"))
        if target is None:
            raise Refusal("reference-dangling", "it refers to nothing that could be looked up")
        if target.startswith("#"):
            inside = (part for part in objects(resource.get("contained")) if part.get("id") == target[1:])
            found = next(inside, None)
        else:
            found = self.by_key.get(reference_key(target))
        if found is None:
            raise Refusal("reference-dangling", "what it refers to is not in the source")
        return found

    def _summary(self, ledger: Iterable[LedgerEntry], place: Place) -> Iterable[Problem]:
        """What the builder warns of, and how much of which kind was refused."""
        for finding in dict.fromkeys(self.builder.findings):
            if _of_the_whole(finding):
                yield Problem(finding.code, finding.message, place, finding.help, "warning")
        warned = {finding.code for finding in self.builder.findings if _of_the_whole(finding)} | DISMISSED
        yield from _left_out(list(ledger), warned, place)


def _left_out(ledger: Sequence[LedgerEntry], warned: Set[str], place: Place) -> Iterator[Problem]:
    """What became of nothing: resources that nobody knows, those that were refused, and parts of others."""
    yield from _not_known(ledger, place)
    refused = Counter((e.reason, e.text) for e in ledger if e.outcome == "refused" and e.reason not in DISMISSED)
    for (reason, text), count in sorted(refused.items()):
        resources = "1 resource is" if count == 1 else f"{count} resources are"
        yield Problem(reason, f"{resources} refused: {text}", place, "`eligo patient` lists them", "warning")
    parts = Counter((e.reason, e.text) for e in ledger if e.used_as and e.reason not in warned and e.reason)
    for (reason, text), count in sorted(parts.items()):
        resources = "1 resource" if count == 1 else f"{count} resources"
        yield Problem(reason, f"of {resources} a part is not used: {text}", place, severity="warning")


def _not_known(ledger: Sequence[LedgerEntry], place: Place) -> Iterator[Problem]:
    unknown = Counter(e.item.split("/")[0] for e in ledger if e.reason == "not-in-vocabulary" and not e.used_as)
    if silent := [f"{count} x {kind}" for kind, count in sorted(unknown.items()) if kind in LIST_OF]:
        message = f"the vocabulary does not know what these are: {', '.join(silent)}"
        help_ = "no list that they belong to counts as complete, not even with `--assume-absent`"
        yield Problem("not-in-vocabulary", message, place, help_, "warning")


_NOTHING_LEFT_OUT = DISMISSED | {"nothing-known", "duplicate", "older-version", "not-asked-for", OF_NONE}


def _of_the_whole(finding: Noted) -> bool:
    return not finding.path or finding.code in ("same-day", "same-day-earlier", "after-as-of", "sex-unknown")


def _older_versions(items: Sequence[FhirItem]) -> dict[int, LedgerEntry]:
    """The entries of resources of which the record has a newer version, or the same one twice."""
    by_name: dict[str, list[FhirItem]] = {}
    for item in items:
        if text_of(item.resource.get("id")) and item.kind:
            by_name.setdefault(item.name, []).append(item)
    dropped: dict[int, LedgerEntry] = {}
    for versions in by_name.values():
        if len(versions) == 1:
            continue
        times = [text_of(obj(v.resource.get("meta")).get("lastUpdated")) or "" for v in versions]
        newest = versions[times.index(max(times))]
        for version, time in zip(versions, times, strict=True):
            if version is newest:
                continue
            if version.resource == newest.resource:
                dropped[id(version)] = _dropped(version, "duplicate", "the record holds it twice")
            elif time != max(times):
                dropped[id(version)] = _dropped(version, "older-version", "the record holds a newer version of it")
    return dropped


def _dropped(item: FhirItem, reason: str, text: str) -> LedgerEntry:
    return LedgerEntry(item.name, item.place, "not needed", reason=reason, text=text)


# --- whose record it is


def _whose(items: Sequence[FhirItem], place: Place) -> str | Problem | None:
    """The one patient that all resources are of, by key; a problem where there are several, or none."""
    people = [item for item in items if item.kind == "Patient"]
    if len(people) > 1:
        return _several("two-patients", "Patient resources", len(people), place)
    own = set(people[0].keys) if people else set[str]()
    others = dict[str, None]()
    for item in items:
        key = subject_key(item.resource)
        if key and key not in own and not key.startswith("#"):
            others[key] = None
    if people and not others:
        return people[0].name
    if len(others) + len(people) > 1:
        return _several("several-patients", "patients", len(others) + len(people), place)
    if others:
        return next(iter(others))
    if sum(map(_read, items)) == 1:  # a lone resource that names nobody is of nobody else, either
        return None
    help_ = "a record has a Patient resource, or resources with a subject"
    return Problem("no-patient", "there is no patient and nothing of one", place, help_)


def _several(code: str, what: str, count: int, place: Place) -> Problem:
    message = f"the resources are of {count} {what}"
    return Problem(code, message, place, "one bundle holds one patient; NDJSON and folders may hold several")


def _unread_entry(item: FhirItem, why: Problem) -> LedgerEntry:
    """The entry of a resource whose record could not be read."""
    if item.kind in words().unread:
        text = words().why.get(item.kind, NOT_ASKED)
        return LedgerEntry(item.name, item.place, "not needed", reason="not-asked-for", text=text)
    return LedgerEntry(item.name, item.place, "refused", reason=why.code, text="the record could not be read")
