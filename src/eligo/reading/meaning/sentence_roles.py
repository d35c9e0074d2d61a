"""What a sentence that is not understood may do to the others of its item, as far as its words tell.

A sentence may ask for one thing more, take something out, or only say how something is found. Where its words allow
more than one of these, nobody can tell what is left of the others.
"""

from __future__ import annotations

import functools
import re
from typing import Final, Literal, NamedTuple

from eligo.data import grammar_data
from eligo.reading.lexicon import any_phrase
from eligo.truth import Kind

Role = Literal["note", "definition", "adds", "excludes", "permits", "unclear"]

_WORD: Final = r"[^\W_]"
_FEW: Final = 4  # words between a modal and its verb, and before a name that is defined
_BRACKET: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_RUN_ON: Final = re.compile(
    r", [A-Z][a-z]|[a-z)] [A-Z][a-z]+ [a-z]+ (?:must|should|have|is|are)\b"
)  # another sentence begins


class _RoleWords(NamedTuple):
    """Patterns of the lists of `grammar/sentences.yaml`."""

    note: re.Pattern[str]
    relaxing: re.Pattern[str]
    permitting: re.Pattern[str]
    denying: re.Pattern[str]
    excluding: re.Pattern[str]
    obliging: re.Pattern[str]
    scoping: re.Pattern[str]
    of_some: re.Pattern[str]
    back: re.Pattern[str]
    of_the_trial: re.Pattern[str]
    finite: re.Pattern[str]
    cured: re.Pattern[str]
    measured: re.Pattern[str]
    things_measured: re.Pattern[str]
    not_only_measured: re.Pattern[str]
    explaining: re.Pattern[str]
    defining: re.Pattern[str]
    defines: re.Pattern[str]
    letting: re.Pattern[str]
    taking_out: re.Pattern[str]
    because: re.Pattern[str]
    lacking: re.Pattern[str]
    if_words: re.Pattern[str]
    of_all: re.Pattern[str]
    therefore: re.Pattern[str]


@functools.cache
def _words() -> _RoleWords:
    data = grammar_data("sentences.yaml")

    def any_of(kind: str) -> str:
        return any_phrase(data[kind])

    def whole(pattern: str) -> re.Pattern[str]:
        return re.compile(rf"(?<!{_WORD}){pattern}(?!{_WORD})")

    begins, some = any_of("beginning_for"), any_of("of_some")
    few = rf"(?:{_WORD}+ ){{0,{_FEW}}}"
    return _RoleWords(
        re.compile(rf"\W*{any_of('note_prefixes')}\s*[:.-]*\s*"),
        whole(any_of("relaxing")),
        whole(any_of("permitting")),
        whole(any_of("denying")),
        whole(any_of("excluding")),
        whole(any_of("obliging")),
        whole(any_of("scoping")),
        re.compile(rf"\W*{begins} (?!(?:all )?{some})"),
        whole(any_of("referring_back")),
        whole(any_of("of_the_trial")),
        re.compile(rf"(?<!{_WORD})(?<!who )(?<!that )(?<!which ){any_of('finite')}(?!{_WORD})"),
        whole(any_of("cured")),
        whole(rf"{any_of('measured_modals')} {few}{any_of('measured')}"),
        whole(any_of("things_measured")),
        whole(any_of("not_only_measured")),
        re.compile(rf"(?<!{_WORD}){any_of('explaining')}(?!{_WORD})|^\W*{any_of('see')}(?!{_WORD})"),
        re.compile(rf"^{few}?{any_of('defined_already')}\W+(?:\([^)]*\)\W*)?{any_of('defining')}(?!{_WORD})"),
        whole(any_of("defines")),
        re.compile(rf"^{few}?{any_of('letting')}(?!{_WORD})"),
        re.compile(rf"^\W*{any_of('taking_out')}(?!{_WORD})"),
        re.compile(rf" {any_of('because')} .*"),
        whole(any_of("lacking")),
        whole(any_of("if_words")),
        re.compile(rf"\W*(?:all |the )*{any_of('people')} {any_of('obliging')}(?!{_WORD})"),
        re.compile(rf"\W*{any_of('therefore')}\W+"),
    )


def role_of(
    written: str, kind: Kind, *, first: bool = False, after_permission: bool = False, value: bool = False
) -> Role:
    """What the words of a sentence make of it; `value` tells that it names one."""
    said, noted = _told(written)
    return (
        _telling(said, value=value)
        or _excluding(said)
        or _permitting(written, said, kind, first=first)
        or _stating(said, kind, unsure=after_permission or noted)
    )


def _telling(said: str, *, value: bool) -> Role | None:
    """A sentence that asks for nothing: it explains, says how something is found, or what a word means."""
    words = _words()
    if words.denying.search(said) or words.permitting.search(said):
        return None
    if words.explaining.search(said) or _only_measured(said, value=value):
        return "note"
    return "definition" if words.defining.search(said) and not words.obliging.search(said) else None


def _excluding(said: str) -> Role | None:
    """A sentence that says of somebody that they are out."""
    words = _words()
    rest, excluded = words.excluding.subn(" ", said)
    if not excluded:
        return None
    rest = words.because.sub("", rest)
    keeps = words.relaxing.search(rest) or words.denying.search(rest) or _back(rest) or _scoped(rest)
    return "unclear" if keeps else "excludes"


def _permitting(written: str, said: str, kind: Kind, *, first: bool) -> Role | None:
    """A sentence that says what is allowed."""
    words = _words()
    permission, permitted = words.permitting.subn(" ", said)
    if not permitted:
        return None
    scoped = words.scoping.search(permission) or (kind == "exclusion" and words.of_some.match(permission))
    return "permits" if not first and not scoped and _permits(written, said) else "unclear"


def _stating(said: str, kind: Kind, *, unsure: bool) -> Role:
    """A sentence that asks for something, of everybody."""
    words = _words()
    if kind == "inclusion" and words.obliging.search(said) and not (words.lacking.search(said) or _back(said)):
        said = words.if_words.sub(" ", said, 1)  # what is asked of some is asked besides
    if unsure or _scoped(said) or words.relaxing.search(said) or words.defines.search(said):
        return "unclear"
    if kind == "exclusion" and words.of_all.match(said) and not _back(said):
        return "excludes"  # `patients must have recovered`: who has not is out
    return "adds" if _adds(said, kind) else "unclear"


def _scoped(said: str) -> bool:
    """Whether it is said of some, or of a part of the trial."""
    return _words().scoping.search(said) is not None or _words().of_some.match(said) is not None


def _told(written: str) -> tuple[str, bool]:
    """The words of a sentence in small letters, without what announces a note; whether that stands there."""
    said = " ".join(written.lower().split())
    said = _words().therefore.sub("", said, 1) if explains_before(said) else said
    noted = _words().note.match(said) is not None
    return _words().note.sub("", said, 1) if noted else said, noted


def explains_before(written: str) -> bool:
    """`For this reason`: whether what stands before only says why."""
    return _words().therefore.match(written.lower()) is not None


def leaves_open(written: str, kind: Kind) -> bool:
    """Whether a sentence that is understood may be of what another one says, or of some alone."""
    said, _ = _told(written)
    return kind == "exclusion" and (_back(said) or _words().of_some.match(said) is not None)


def _permits(written: str, said: str) -> bool:
    """Whether all that a sentence says is a permission: not in a bracket, and with nothing that keeps out."""
    words = _words()
    bare = _BRACKET.sub(" ", said) if not said.startswith(("(", "[")) else said
    found = words.permitting.search(bare)
    if found is None or words.denying.search(words.permitting.sub(" ", said)):
        return False
    if takes_list_out(written):
        return True
    where = words.permitting.search(written.lower())
    return _RUN_ON.search(written, where.end() if where is not None else 0) is None


def permitted_in(written: str) -> str:
    """What stands before the words of a permission: of whom, or of what, it speaks."""
    found = _words().permitting.search(written.lower())
    return written[: found.start()] if found is not None else ""


def takes_list_out(heading: str) -> bool:
    """`The exceptions are:`: whether the list below a heading is of what is no reason."""
    return _words().taking_out.match(heading.lower()) is not None


def keeps_definition(written: str) -> bool:
    """Whether it says of somebody known already who that is: `contraception includes A or B`."""
    said, _ = _told(written)
    words = _words()
    keeps = words.obliging.search(said) or words.denying.search(said) or words.permitting.search(said)
    return words.defining.search(said) is not None and not keeps


def defines(written: str) -> bool:
    """Whether it says what a word means, which asks for nothing by itself."""
    return _words().defines.search(_BRACKET.sub(" ", written.lower())) is not None


def lets(written: str) -> bool:
    """Whether it says what somebody may do."""
    said, _ = _told(written)
    return _words().letting.match(said) is not None


def asks(written: str) -> bool:
    """Whether it says what somebody must be or do."""
    return _words().obliging.search(written.lower()) is not None


def _adds(said: str, kind: Kind) -> bool:
    """Whether it names one thing more, or asks for it."""
    words = _words()
    verb = words.finite.search(said)
    begins = verb is not None and verb.start() == 0
    if kind == "inclusion":
        return verb is None or begins or words.obliging.search(said) is not None
    later = words.finite.search(said, verb.end()) if begins and verb is not None else verb
    return later is None and not _back(said) and words.cured.search(said) is None and not words.denying.search(said)


def _back(said: str) -> bool:
    """Whether it speaks of what was said before it."""
    return _words().back.search(_words().of_the_trial.sub(" ", said)) is not None


def _only_measured(said: str, *, value: bool) -> bool:
    """Whether it only says how, when or by whom something is found."""
    words = _words()
    found = words.measured.search(said)
    if found is None or words.not_only_measured.search(said):
        return False
    rest = said.replace("may be", " ")
    return (value or words.things_measured.search(said) is not None) and words.relaxing.search(rest) is None


def asks_of_some(written: str) -> str:
    """Those of whom something is asked: what stands before the word that asks for it; the empty string without one."""
    said = written.lower()
    found = _words().obliging.search(said)
    return said[: found.start()] if found is not None else ""
