"""What somebody reacts to: "allergy or intolerance to A, B or C" is one thing for each of A, B and C.

The words before the preposition name the reaction, those behind it what it is to. What the trial itself gives has a
concept of its own; any other is known by its name. Where a part is none of these, nothing is made of the list's rest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from eligo.data import grammar_data
from eligo.reading.lexicon import name_words, words
from eligo.reading.naming import is_adjective, is_nameable
from eligo.reading.tokens import Token
from eligo.vocabulary.concept import singular
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import is_named

_REACTIONS: Final = frozenset(["FILLER", "CONCEPT"])
_JOINS: Final = frozenset(["OR", "AND", "COMMA", "SUCH"])  # examples of what somebody is allergic to count beside it
_CONTRAINDICATION: Final = "contraindication_to_study_treatment"
_GLOSS: Final = frozenset(["CONCEPT", "FILLER", "LIGHT", "QUAL", "SUCH", "VAR", *_JOINS])
_NARROWING: Final = frozenset(["QUAL", "LIGHT"])  # may stand before the second of two reactions
_BEFORE_OBJECT: Final = frozenset(["LIGHT", "OTHER", "FOLLOWING", "COLON"])
_ANY: Final = frozenset([*_BEFORE_OBJECT, "FILLER", "STATUS"])
_OBJECT: Final = frozenset(["FILLER", "CONCEPT", "EVENT", "QUAL", "VAR"])
_CONDITION: Final = frozenset(["condition", "state", "attestation"])
_ENDS: Final = frozenset(["STOP", "SEMI", "SUBITEM"])
_CLOSING: Final = frozenset([*_ENDS, "CLOSE"])
_GOES_ON: Final = frozenset([*_JOINS, "OPEN"])
_LEADS_ON: Final = frozenset([*_JOINS, "LEAD"])
_NEAR: Final = 12  # tokens behind a reaction, among which a bracket may go on with what it is to
_TO: Final = re.compile(r"\s(?:to|of)\s")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


class _ReactionWords:
    """The words of `grammar/names.yaml` on reactions: the concept of each, where it is to what the trial gives."""

    def __init__(self) -> None:
        data = grammar_data("names.yaml")
        self.reactions: dict[str, str] = {word: id_ for id_, of in data["reactions"].items() for word in of}
        self.ids = frozenset(self.reactions.values())
        self.last = frozenset(word.split()[-1] for word in self.reactions)
        self.to = frozenset[str](data["reacting_to"])
        self.any = frozenset[str](data["of_any"])
        self.trial = frozenset[str](data["of_the_trial"])
        self.products = frozenset[str](data["trial_products"])
        self.parts = frozenset[str](data["parts_of_products"])
        self.within = frozenset[str](data["within_products"])
        self.joining = frozenset[str](data["joining"])
        self.alike = frozenset[str](data["alike"])
        self.related = frozenset[str](data["related_products"])
        self.relating = frozenset[str](data["relating"])
        self.nothing = frozenset[str](data["of_any_reaction"])


_KNOWN: Final[list[_ReactionWords]] = []  # once they are read


def _words() -> _ReactionWords:
    if not _KNOWN:
        _KNOWN.append(_ReactionWords())
    return _KNOWN[0]


class _Object(NamedTuple):
    """What is reacted to: its words, where they stand, and the token behind them; None for what the trial gives."""

    name: str | None
    start: int
    end: int
    after: int


def react(tokens: list[Token], text: str) -> list[Token]:
    """The tokens with each reaction to something as one concept."""
    i = 0
    known = _words().ids
    while i < len(tokens):
        if tokens[i].type not in _REACTIONS:
            i += 1
            continue
        if tokens[i].type == "CONCEPT" and tokens[i].value in known:
            _more_of_the_trial(tokens, i, text)
        for whole in _ways(tokens, i, text):
            made, after = _reaction(whole, i, text)
            if made:
                tokens[:] = [*whole[:i], *made, *whole[after:]]
                i += len(made) - 1
                break
        i += 1
    return tokens


def _ways(tokens: list[Token], i: int, text: str) -> list[list[Token]]:
    """The tokens as a reaction that begins here may be told in them, the ways in which a list goes on first."""
    parted = _parted(tokens, i, text)
    if parted is None and not _is_reaction(tokens[i], text):
        return []
    whole = parted or tokens
    opened = _opened(whole, i, text)
    return [whole] if opened is None else [opened, whole]


def _opened(tokens: list[Token], i: int, text: str) -> list[Token] | None:
    """The tokens without a bracket that only goes on with a list: `allergy to A (or other B)`; None where none does."""
    for j in range(i + 1, min(i + _NEAR, len(tokens) - 2)):
        if tokens[j].type in _ENDS:
            return None
        if tokens[j].type == "OPEN" and _written(tokens[j + 1], text) in _words().joining:
            close = next((k for k in range(j + 2, len(tokens)) if tokens[k].type in _CLOSING), j)
            if tokens[close].type != "CLOSE":
                return None
            join = Token("OR", tokens[j].start, tokens[j + 1].end, "or")
            behind = Token("LIGHT", tokens[close].start, tokens[close].end)
            return [*tokens[:j], join, *tokens[j + 2 : close], behind, *tokens[close + 1 :]]
    return None


def _parted(tokens: list[Token], i: int, text: str) -> list[Token] | None:
    """The tokens with a known reaction in its parts, where a list goes on: `allergy to aspirin, ibuprofen or A`."""
    token = tokens[i]
    alone = token.type == "CONCEPT" and "|" not in str(token.value)  # what a phrase names by itself
    to = _TO.search(text, token.start, token.end) if alone else None
    if to is None or i + 1 >= len(tokens) or tokens[i + 1].type not in _GOES_ON:
        return None
    made = [
        Token("FILLER", token.start, to.start()),
        Token("LIGHT", to.start() + 1, to.end() - 1),
        Token("FILLER", to.end(), token.end),
    ]
    return [*tokens[:i], *made, *tokens[i + 1 :]]


def _reaction(tokens: Sequence[Token], i: int, text: str) -> tuple[list[Token], int]:
    """The tokens of the reactions that begin here, and the place behind what they are to; none where none begins."""
    heads = _heads(tokens, i, text)
    if not heads:
        return [], i
    joins = _JOINS if _is_allergy(tokens[heads[-1]], text) else _JOINS - {"SUCH"}
    objects = _objects(tokens, _behind(tokens, heads[-1] + 1, text) or len(tokens), joins, text)
    while objects:
        after = objects[-1].after
        made = _made(tokens, heads, objects, text) if _is_all(tokens, after, len(heads) * len(objects), text) else None
        if made is not None:
            return made, after
        objects = objects[:-1] if objects[-1].name is None else []
    return [], i


def _more_of_the_trial(tokens: list[Token], i: int, text: str) -> None:
    """`hypersensitivity to the study drug or its excipients`: a name that is known, and more of what it is to."""
    behind = _behind_joins(tokens, i + 1, text)
    one = _object(tokens, behind, text) if behind > i + 1 else None
    if one is not None and one.name is None and _is_all(tokens, one.after, 1, text):
        tokens[behind : one.after] = [Token("CONCEPT", tokens[behind].start, one.end, tokens[i].value)]


def _is_all(tokens: Sequence[Token], i: int, reactions: int, text: str) -> bool:
    """Whether the list of what is reacted to ends here: no relation narrows it, and no other substance is left over."""
    following = tokens[i].type if i < len(tokens) else ""
    if following == "OPEN" and tokens[i + 1 : i + 2] and tokens[i + 1].type in _LEADS_ON:  # `(or other B)`
        return False
    if following == "BOND" or (following == "OPEN" and reactions > 1):  # a bracket may be of one of them alone
        return False
    i = _behind_joins(tokens, i, text)
    while i < len(tokens) and tokens[i].type in _BEFORE_OBJECT:
        i += 1
    return i >= len(tokens) or not (tokens[i].type == "CONCEPT" and not _is_condition(tokens[i]))


def _made(tokens: Sequence[Token], heads: list[int], objects: list[_Object], text: str) -> list[Token] | None:
    """The tokens of all reactions; None where one of them has no name, as an intolerance to what the trial gives."""
    ids = [
        [_concept(reaction, o) for o in objects] for reaction in _with_nouns([_written(tokens[h], text) for h in heads])
    ]
    if not all(id_ for of_head in ids for id_ in of_head):
        return None
    found: list[Token] = []
    for place, of_head in zip(heads[:-1], ids, strict=False):
        start = _before_reaction(found, tokens[place], of_head, text)
        found.append(_token("|".join(dict.fromkeys(filter(None, of_head))), start, tokens[place].end))
        found += tokens[place + 1 : heads[heads.index(place) + 1]]
    start = _before_reaction(found, tokens[heads[-1]], ids[-1], text)
    for n, (one, id_) in enumerate(zip(objects, ids[-1], strict=True)):
        found.append(_token(id_ or "", start, one.end))
        if n + 1 < len(objects):
            behind = _behind_joins(tokens, one.after, text)
            join = next(token for token in tokens[one.after : behind] if token.type in _JOINS)
            found.append(Token(join.type, tokens[one.after].start, tokens[behind - 1].end, join.value))
            start = tokens[behind].start
    return found


def _with_nouns(reactions: list[str]) -> list[str]:
    """The reactions, with the noun that an adjective shares with the one behind it: "allergic or adverse reaction"."""
    noun = reactions[-1].split()[-1]
    if noun not in name_words("reactions_of_a_day"):
        return reactions
    return [f"{each} {noun}" if is_adjective(each.split()[-1]) else each for each in reactions[:-1]] + reactions[-1:]


def _before_reaction(found: list[Token], head: Token, ids: Sequence[str | None], text: str) -> int:
    """Where the reaction itself begins; what narrows it and is no part of a name ("immediate") is kept before it."""
    written, words = _WORD.findall(text[head.start : head.end].casefold()), _words()
    own = next((n for n in range(len(written)) if " ".join(written[n:]) in words.reactions), 0)
    told = [word for word in written[:own] if word not in words.nothing]
    if not told or all(id_ is None or is_named(id_) for id_ in ids):
        return head.start
    start = list(_WORD.finditer(text, head.start, head.end))[own].start()
    found.append(Token("QUAL", head.start, len(text[:start].rstrip()), " ".join(told)))
    return start


def _token(id_: str, start: int, end: int) -> Token:
    known = concepts().get(id_.split("|")[0])
    return Token("ATTEST" if known is not None and known.kind == "attestation" else "CONCEPT", start, end, id_)


def _concept(reaction: str, to: _Object) -> str | None:
    """The id of a reaction to a thing."""
    if to.name is not None:
        known = concepts().find(f"{reaction} to {to.name}")
        return known.id if known is not None else concepts().named("condition", f"{reaction} to {to.name}")
    found = next((id_ for word, id_ in _words().reactions.items() if reaction.endswith(word)), "none")
    return found if found != "none" else None


def _heads(tokens: Sequence[Token], i: int, text: str) -> list[int]:
    """The places of the reactions that begin here and share what they are to; none where none begins."""
    found: list[int] = []
    while i < len(tokens) and _is_reaction(tokens[i], text):
        found.append(i)
        if _behind(tokens, i + 1, text) is not None:
            return found
        if i + 1 >= len(tokens) or tokens[i + 1].type not in _JOINS:
            return []
        i += 2
        while i < len(tokens) and tokens[i].type in _NARROWING:
            i += 1
    return []


def _is_reaction(token: Token, text: str) -> bool:
    if token.type not in _REACTIONS or (token.type == "FILLER" and token.value is not None):
        return False
    words = _words()
    written = text[token.start : token.end].casefold().split()
    if not written or written[-1] not in words.last:
        return False
    last = written[-1] in words.reactions or " ".join(written[-2:]) in words.reactions
    return last and (token.type == "CONCEPT" or is_nameable(written[:-1]))


def _is_allergy(token: Token, text: str) -> bool:
    """Whether a reaction is one of the body, of which what stands in examples is a cause."""
    return _words().reactions.get(_written(token, text).split()[-1]) != _CONTRAINDICATION


def _written(token: Token, text: str) -> str:
    return " ".join(text[token.start : token.end].casefold().split())


def _behind(tokens: Sequence[Token], i: int, text: str) -> int | None:
    """The place behind a preposition that says to what; None where there is none."""
    if i >= len(tokens) or tokens[i].type not in ("LIGHT", "BOND", "REL"):
        return None
    words = _written(tokens[i], text).split()
    return i + 1 if words and words[0] in _words().to else None


def _objects(tokens: Sequence[Token], i: int, joins: frozenset[str], text: str) -> list[_Object]:
    """All that is reacted to, from this token on, with a join between any two."""
    found: list[_Object] = []
    like = _written(tokens[i], text) if i < len(tokens) else ""
    i, like = (i + 1, like) if like in _words().alike else (i, "")
    while (one := _object(tokens, i, text)) is not None:
        one = _told_by(one, found, like)
        if one is None or (found and one.name is not None and one.name.split()[-1] in _words().last):
            break  # `intolerance to A or allergic or anaphylactic reaction to B`
        found.append(one)
        i = _behind_joins(tokens, one.after, text)
        if i == one.after or any(token.type in _JOINS - joins for token in tokens[one.after : i]):
            break
    return _with_noun(found)


def _told_by(one: _Object, before: Sequence[_Object], like: str) -> _Object | None:
    """The object in the words of those before it: "zorblax or related compounds", "compounds similar to A or B".

    None where these are of the trial, so that a name would tell of no one thing.
    """
    if one.name is None:
        return one
    if _is_related(one.name.split()):
        names = [o.name for o in before if o.name is not None]
        whole = bool(names) and len(names) == len(before)
        return one._replace(name=f"{one.name} of {' or '.join(names)}") if whole else None
    return one._replace(name=f"{like} {one.name}") if like else one


def _is_related(written: Sequence[str]) -> bool:
    """Whether words tell of what is like the things before them: "related compounds"."""
    words = _words()
    return words.related.issuperset(written) and not words.relating.isdisjoint(written)


def _behind_joins(tokens: Sequence[Token], i: int, text: str) -> int:
    """The place behind what joins at token `i`, several words of it too (`and or`); `i` where nothing does."""
    end = i
    while end < len(tokens) and (tokens[end].type in _JOINS or _written(tokens[end], text) in _words().joining):
        end += 1
    return end if any(token.type in _JOINS for token in tokens[i:end]) else i


def _with_noun(found: list[_Object]) -> list[_Object]:
    """The objects, with the noun that an adjective shares with the one behind it: "murine or chimeric proteins"."""
    for n in range(len(found) - 2, -1, -1):
        behind = (found[n + 1].name or "").split()
        own = found[n].name
        if own is not None and is_adjective(own) and len(behind) > 1 and own not in behind:
            found[n] = found[n]._replace(name=f"{own} {behind[-1]}")
    return found


def _object(tokens: Sequence[Token], i: int, text: str) -> _Object | None:
    """What is reacted to, where that begins at token `i`."""
    i = _behind_any(tokens, i, text)
    end = _object_end(tokens, i, text)
    parts = tokens[i:end]
    if not parts or parts[-1].type == "QUAL" or any(t.type == "FILLER" and t.value is not None for t in parts):
        return None
    start, stop = parts[0].start, parts[-1].end
    written = _WORD.findall(text[start:stop].casefold())
    if not written:  # signs alone (`allergy to +`) name nothing
        return None
    end = _behind_gloss(tokens, end)
    stop = max(stop, tokens[end - 1].end)
    if _of_the_trial(written):
        return _Object(None, start, stop, end)
    told = _is_related(written)
    general = not told and written[-1] in words("general_nouns")  # `contraindication to A or major illnesses`
    if general or any(_is_condition(t) for t in parts) or not (told or is_nameable(written)):
        return None
    return _Object(" ".join(written), start, stop, end)


def _object_end(tokens: Sequence[Token], i: int, text: str) -> int:
    """The place behind the words of what is reacted to that begin at token `i`; `i` where none do."""
    if i < len(tokens) and _written(tokens[i], text) in _words().relating:
        i += 1
    while i < len(tokens) and (tokens[i].type in _OBJECT or _goes_on(tokens, i, text)):
        i += 1
    return i


def _behind_any(tokens: Sequence[Token], i: int, text: str) -> int:
    while i < len(tokens) and tokens[i].type in _ANY and _is_any(tokens[i], text):
        i += 1
    return i


def _is_any(token: Token, text: str) -> bool:
    """Whether a word before what is reacted to says nothing of it, or stands for none: "any of the"."""
    written = _written(token, text)
    return not written or written in _words().any


def _behind_gloss(tokens: Sequence[Token], i: int) -> int:
    """The end of a bracket that begins at token `i` and says what the words before it are; `i` where there is none."""
    if i >= len(tokens) or tokens[i].type != "OPEN":
        return i
    close = next((j for j in range(i + 1, len(tokens)) if tokens[j].type not in _GLOSS), len(tokens))
    return close + 1 if close < len(tokens) and tokens[close].type == "CLOSE" else i


def _goes_on(tokens: Sequence[Token], i: int, text: str) -> bool:
    """Whether a word such as `of` stands between two parts of an object: "components of zorblax"."""
    inner = tokens[i].type == "LIGHT" and _written(tokens[i], text) in _words().within
    return inner and i + 1 < len(tokens) and (tokens[i + 1].type in _OBJECT or tokens[i + 1].type == "LIGHT")


def _of_the_trial(written: Sequence[str]) -> bool:
    """Whether the words are of what the trial itself gives, or of a part of it."""
    of = _words()
    only = all(word in of.products or word in of.trial for word in written)
    return only and any(word in of.trial or singular(word) in of.parts for word in written)


def _is_condition(token: Token) -> bool:
    found = concepts().get(str(token.value).split("|")[0]) if token.type == "CONCEPT" else None
    return found is not None and found.kind in _CONDITION
