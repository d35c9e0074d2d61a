"""Reviews that were lost: what was reviewed is another text or predicate now, or does not say what its words say."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.findings import CheckedItem, CheckFinding, CheckSubject, leaves_at
from eligo.standing import disagreeing, is_as_reviewed


def check_reviews(subject: CheckSubject) -> Iterator[CheckFinding]:
    """What changed since a person approved it, and limits that their own words contradict, each at its place."""
    yield from _unsealed(subject)
    again = f"review it again with `eligo review {subject.ruleset.trial}`"
    for item in subject.items:
        review = item.criterion.review
        if review.state != "draft" and not is_as_reviewed(item.criterion):
            when = f" on {review.date}" if review.date else ""
            message = f"`{item.id}` is not what was reviewed{when}: its text or its predicate is another one"
            yield subject.finding("review-lost", "error", message, item, fix=f"put it back as it was, or {again}")
        yield from _words(subject, item)


def _unsealed(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Reviews that do not say what they are of, all in one finding at the first."""
    bare = [item for item in subject.items if item.criterion.review.state != "draft" and not item.criterion.review.of]
    if bare:
        more = f"the review of `{bare[0].id}` does" if len(bare) == 1 else f"{len(bare)} reviews do"
        message = f"{more} not say of what text and predicate: no later change of these would be noticed"
        fix = f"`eligo review {subject.ruleset.trial} --seal` adds it, once you know that nothing changed since"
        yield subject.finding("review-unsealed", "warning", message, bare[0], fix=fix)


def _words(subject: CheckSubject, item: CheckedItem) -> Iterator[CheckFinding]:
    wrong = [leaf for leaf, _ in disagreeing(item.criterion)]
    for path, leaf in leaves_at(item.criterion.predicate):
        if any(leaf is one for one in wrong):
            message = f"a limit of `{item.id}` is not the one that its words state"
            fix = "write the limit and its side as the words have them, or correct `words`"
            yield subject.finding("words-disagree", "error", message, item, path=path, fix=fix)
