"""A rule set file and a person's answer about one criterion in, the new file out; everything else stays as it is.

An answer is refused, and nothing changes, where the file would not load with it.
"""

from __future__ import annotations

from eligo.criteria import Attest, Criterion, Predicate, Review, without_bearing
from eligo.dataclass import dataclass, replace
from eligo.errors import EligoError, Problem
from eligo.ruleset import RuleSet, loads
from eligo.ruleset.rewrite import block_of, rewrite
from eligo.standing import disagreeing, meaning_sha, review_state
from eligo.trials.importing import in_other_words
from eligo.vocabulary.concepts import concepts
from eligo.yamltext import Path

JUDGEMENT = "investigator_judgement"
NO_CRITERION = "not a criterion"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file with its reviews sealed, whose these were, and the criteria that do not say what their words say."""

    text: str
    sealed: tuple[str, ...]
    left: tuple[Criterion, ...]


def open_criteria(ruleset: RuleSet) -> list[Criterion]:
    """The criteria that nobody has reviewed, in their order."""
    return [c for c in ruleset.criteria if review_state(c) == "draft"]


def accept(text: str, id: str, by: str, date: str, reading: int | None = None) -> str:  # noqa: A002 - as the file has it
    """The file with the criterion reviewed: its predicate as it is, or one of its readings (from 0)."""
    criterion = _of(loads(text), id)
    ambiguous = criterion.ambiguous
    if reading is not None:
        if ambiguous is None or not 0 <= reading < len(ambiguous.readings):
            raise EligoError(Problem("no-reading", f"`{id}` has no such reading", help="choose one that is listed"))
        ambiguous = replace(ambiguous, chosen=reading)
        criterion = replace(criterion, predicate=ambiguous.readings[reading], ambiguous=ambiguous)
    # A note that a person wrote into the draft's review stays.
    review = replace(criterion.review, state="reviewed", by=by, date=date)
    return _with(text, replace(criterion, review=review, was=()))


def attest(text: str, id: str, topic: str, by: str, date: str) -> str:  # noqa: A002 - as the file has it
    """The file with the criterion as something that only a person can state."""
    concept = concepts().find(topic)
    if concept is None or concept.kind != "attestation":
        help_text = concepts().suggest(topic) or f"a general one is `{JUDGEMENT}`"
        raise EligoError(Problem("no-attestation", f"`{topic}` is nothing that a person attests", help=help_text))
    review = Review("edited", by, date, "left to a person to state")
    predicate: Predicate = Attest(concept.id)
    return _with(text, replace(_of(loads(text), id), predicate=predicate, ambiguous=None, review=review, was=()))


def reword(text: str, id: str, sentence: str, by: str, date: str) -> str:  # noqa: A002 - as the file has it
    """The file with the criterion as another sentence is read, which a person says means the same."""
    review = Review("edited", by, date, f"in other words: {sentence}")
    return _with(text, replace(in_other_words(_of(loads(text), id), sentence), review=review, was=()))


def dismiss(text: str, id: str, by: str, date: str, reason: str) -> str:  # noqa: A002 - as the file has it
    """The file with the item as no criterion: it stays in its place, and keeps nobody out."""
    criterion = _of(loads(text), id)
    predicate = without_bearing(criterion.kind, NO_CRITERION)
    review = Review("edited", by, date, f"{NO_CRITERION}: {reason}")
    return _with(text, replace(criterion, predicate=predicate, ambiguous=None, review=review, was=()))


def seal(text: str, file: str | None = None) -> Sealed:
    """The file with each review that does not say what it is of saying so, so that a later change is noticed."""
    ruleset = loads(text, file)
    bare = [c for c in ruleset.criteria if c.review.state != "draft" and c.review.of is None]
    left = tuple(c for c in bare if any(disagreeing(c)))
    sealed = {c.id: _as_reviewed(c) for c in bare if c not in left}
    if not sealed:
        return Sealed(text, (), left)
    new = replace(ruleset, criteria=tuple(sealed.get(c.id, c) for c in ruleset.criteria))
    return Sealed(rewrite(text, new, {}), tuple(sealed), left)


def attestations() -> list[tuple[str, str]]:
    """What a person can state, by id, with its name."""
    return [(c.id, c.name) for c in concepts() if c.kind == "attestation"]


def criterion_text(text: str, id: str) -> str:  # noqa: A002 - as the file has it
    """The lines of one criterion, as an editor shows them."""
    start, end = _lines(text, id)
    return "\n".join(text.split("\n")[start:end]) + "\n"


def edit(text: str, id: str, written: str, by: str, date: str, reason: str) -> str:  # noqa: A002 - as the file has it
    """The file with the criterion as a person wrote it."""
    start, end = _lines(text, id)
    lines = text.split("\n")
    new = "\n".join([*lines[:start], *written.rstrip("\n").split("\n"), *lines[end:]])
    before, after = loads(text), loads(new)
    if [c.id for c in after.criteria] != [c.id for c in before.criteria]:
        help_text = "edit what stands below `id:`; to split a criterion, edit the file itself"
        raise EligoError(Problem("edited-id", f"the text is no longer the one criterion `{id}`", help=help_text))
    review = Review("edited", by, date, reason)
    return _with(new, replace(_of(after, id), review=review, was=()))


def _of(ruleset: RuleSet, id: str) -> Criterion:  # noqa: A002 - as the file has it
    return next(c for c in ruleset.criteria if c.id == id)


def _path(ruleset: RuleSet, id: str) -> Path:  # noqa: A002 - as the file has it
    return "criteria", next(i for i, c in enumerate(ruleset.criteria) if c.id == id)


def _lines(text: str, id: str) -> tuple[int, int]:  # noqa: A002 - as the file has it
    lines = block_of(text, _path(loads(text), id))
    if lines is None:
        help_text = "write each criterion on lines of its own; `eligo fmt` does it"
        raise EligoError(
            Problem("ruleset-form", "the file's criteria do not stand on lines of their own", help=help_text)
        )
    return lines


def _with(text: str, criterion: Criterion) -> str:
    old = loads(text)
    criterion = _as_reviewed(criterion)
    new = replace(old, criteria=tuple(criterion if c.id == criterion.id else c for c in old.criteria))
    return rewrite(text, new, {})


def _as_reviewed(criterion: Criterion) -> Criterion:
    """The criterion whose review says what it is of."""
    return replace(criterion, review=replace(criterion.review, of=meaning_sha(criterion)))
