"""The possible answers to a question as data in, the words of each out, with what the words stand for.

Answers that give the same are said together. What is said can be said back: `sayable` knows the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from eligo.namedtuple import NamedTuple
from eligo.outlook.phrases import THERE, Told, joined
from eligo.report.display import criterion, display
from eligo.report.measures import Data, limits_of, region_words
from eligo.report.names import listed
from eligo.vocabulary.qualifiers import denied, related

MOST_ANSWERS = 4  # that give the same and are named one by one
VERDICT = {"ELIGIBLE": "eligible", "UNDETERMINED": "undetermined", "INELIGIBLE": "ineligible"}

_Gives = tuple[str, str, tuple[str, ...]]


class SaidAnswer(NamedTuple):
    """The words for some answers, and these: what holds of all of them is what the words say."""

    words: str
    of: tuple[Told, ...]


def answers(item: Data, blocking: bool = True) -> list[str]:
    """What each answer would give: "≥ 1.5: ineligible (I3 blocks)"; without what blocks where that is not asked for.

    Answers that give the same share a line; many of them, and all where there is no other, are not named one by one.
    """
    found = _by_effect(item, blocking)
    if len(found) == 1:
        return [f"any answer: {_given(*gives)}" for gives in found]
    said = {gives: [one.words for one in parts] for gives, parts in _said_by_effect(item, blocking).items()}
    most = max(said, key=lambda gives: len(said[gives]), default=None)
    if most is not None and len(said[most]) > MOST_ANSWERS:
        del said[most]
        said[most] = ["anything else"]
    return [f"{' / '.join(parts)}: {_given(*gives)}" for gives, parts in said.items()]


def answer_words(item: Data) -> list[str]:
    """The answers that a question names, each once: ["no", "yes, but controlled", "yes, uncontrolled"]."""
    parts = (one for said in _said_by_effect(item, blocking=False).values() for one in said)
    return list(dict.fromkeys(one.words for one in parts))


def said_and_verdicts(item: Data) -> list[tuple[str, str]]:
    """Each of these answers with the verdict that it would give."""
    said = _said_by_effect(item, blocking=False)
    return [(one.words, verdict) for (verdict, *_), parts in said.items() for one in parts]


def sayable(items: Iterable[Data]) -> Mapping[str, tuple[Told, ...]]:
    """All words that answer a question, of which these are its answers for each trial; with what they stand for."""
    found: dict[str, dict[Told, None]] = {}
    for item in items:
        for blocking in (True, False):
            for one in (one for parts in _said_by_effect(item, blocking).values() for one in parts):
                found.setdefault(one.words, {}).update(dict.fromkeys(one.of))
        for answer in item.get("answers", ()):
            told_ = told_by(answer)
            found.setdefault(_plain(told_, _asked_kinds(item)), {told_: None})
    return {words: tuple(of) for words, of in found.items()}


def _by_effect(item: Data, blocking: bool) -> dict[_Gives, list[Told]]:
    found: dict[_Gives, list[Told]] = {}
    for answer in item.get("answers", ()):
        verdict = answer["verdict"]
        gives = (
            verdict,
            answer.get("but_for_attestations", verdict),
            tuple(answer.get("blocks", ()) if blocking else ()),
        )
        found.setdefault(gives, []).append(told_by(answer))
    return found


def _said_by_effect(item: Data, blocking: bool) -> dict[_Gives, list[SaidAnswer]]:
    """What is said for each effect."""
    found = _by_effect(item, blocking)
    others = {gives: [text for other, texts in found.items() if other != gives for text in texts] for gives in found}
    return {gives: list(_said(texts, others[gives], _asked_kinds(item))) for gives, texts in found.items()}


def _asked_kinds(item: Data) -> tuple[str, ...]:
    """The kinds that alone are open of what the record states."""
    return tuple(item.get("stated", ()))


def told_by(answer: Data) -> Told:
    """What an answer says; of a value its bounds, in the unit of the protocol."""
    if "says" in answer:
        return told(answer["says"])
    return Told(region_words(limits_of(answer, "limits_written" if "limits_written" in answer else "limits")))


def told(data: Data) -> Told:
    """What the data says of a thing."""
    return Told(data["what"], tuple(data.get("kinds", ())), data.get("side"), data.get("day"), data.get("since"))


def _said(answers: Iterable[Told], others: Iterable[Told], asked: tuple[str, ...] = ()) -> Iterator[SaidAnswer]:
    """Answers that give the same as a person would say them; `others` are those that give something else.

    A kind of the thing is not named beside the thing itself; where it gives something else, it is named apart:
    "yes" for "present; present, severe", "yes, but controlled" where "present, uncontrolled" gives something else.
    """
    found, apart = list(answers), list(others)
    kept = [one for one in found if not any(_covers(of, one, apart) for of in found)]
    said: dict[str, dict[Told, None]] = {}
    for one, of in joined(kept):
        narrower = [other for other in apart if any(map(other.is_kind_of, of))]
        but = [_rest(other, one.kinds) for other in narrower if not any(map(other.is_kind_of, narrower))]
        words = _plain(one, asked)
        if but:
            words += f", but {listed(dict.fromkeys(_opposite(', '.join(kinds)) for kinds in but))}"
            of = tuple(_denying(told_, but, found) for told_ in of)
        said.setdefault(words, {}).update(dict.fromkeys(of))
    yield from (SaidAnswer(words, tuple(of)) for words, of in said.items())


def _plain(one: Told, asked: tuple[str, ...] = ()) -> str:
    """An answer in words; where a kind alone is asked for, whether it is of that kind."""
    words = display()["answers"]
    if len(asked) == 1 and one.what in THERE and len(one.kinds) == 1:
        return str(words["present" if one.kinds[0] in related(asked[0]).implied_by else "ruled out"])
    return ", ".join([words.get(one.head, one.head), *map(_kind, one.kinds)])


def _kind(kind: str) -> str:
    """A kind in words: "controlled" for "not uncontrolled"."""
    opposites = display()["opposites"]
    return next((str(word) for plain, word in opposites.items() if kind == denied(plain)), kind)


def _denying(one: Told, but: Iterable[tuple[str, ...]], found: Iterable[Told]) -> Told:
    """Of the answers that give the same, the one that says of each kind that is named apart that it is not so."""
    wanted = {*one.kinds, *(denied(kinds[0]) for kinds in but if len(kinds) == 1)}
    known = [other for other in found if other._replace(kinds=()) == one._replace(kinds=())]
    return next((other for other in known if set(other.kinds) == wanted), one)


def _covers(whole: Told, narrower: Told, others: Iterable[Told]) -> bool:
    """Whether an answer says the narrower one too, and no other one that gives something else has a say in that."""
    has_a_say = (other for other in others if narrower.is_kind_of(other) and not whole.is_kind_of(other))
    return narrower.is_kind_of(whole) and not any(has_a_say)


def _rest(answer: Told, kinds: Iterable[str]) -> tuple[str, ...]:
    """What narrows an answer beyond these kinds."""
    known = set(kinds)
    return tuple(kind for kind in answer.kinds if kind not in known)


def _opposite(kind: str) -> str:
    """What is left of a thing once one kind of it is named apart."""
    return str(display()["opposites"].get(kind, denied(kind)))


def _given(verdict: str, but_for: str, blocks: tuple[str, ...]) -> str:
    notes = [f"{listed(map(criterion, blocks))} block{'s' if len(blocks) == 1 else ''}"] if blocks else []
    notes += [f"{VERDICT[but_for]} once all is attested"] if but_for != verdict else []
    return VERDICT[verdict] + (f" ({', '.join(notes)})" if notes else "")
