"""The tokens of an item on the way to its tree: those on the left have their part in it, those on the right not yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eligo.reading.lexicon import is_of_some
from eligo.reading.tokens import Token

SEPARATORS: Final = frozenset(["COMMA", "SEMI", "AND", "OR", "NEXT"])
TAKEN: Final = frozenset(["COMMA", "SEMI"])  # which a word of scope takes to itself
ENDS: Final = frozenset(["STOP", "SUBITEM", "CLOSE"])
LIMIT: Final = frozenset(["COMP", "NUM", "BETWEEN", "AGECOMP", "NORMAL"])  # with these a limit begins
_BEGINNING: Final = frozenset(["STOP", "SUBITEM", "SEMI", "NEXT", "COLON"])
_DEEPEST: Final = 12
NEAR: Final = 60  # tokens: no word of scope has its partner farther away
# What a unit can be about.
_CORE: Final = frozenset(["CONCEPT", "VAR", "ATTEST", "NUM", "FILLER", "CLOSE", "NORMAL", "REF"])


class LinePass:
    """One pass, left to right; what is open in each bracket is kept apart."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens, self.text = tokens, text
        self.out: list[Token] = []
        self.said = False  # something was said since the item, the sentence or the bracket began
        self.core = ""  # the type of what the unit is about so far
        self.first = False  # `if A` waits for its comma
        self.tied = False  # a condition behind what it holds for is being read
        self.depth = 0  # how many words of scope the sentence has that nest
        self.heads = -1  # where a list begins whose heading has no colon
        self.scoped = ""  # the type of the word of scope that stands before: what follows is its, and heads no list
        self.bound = False  # the bracket began with a word of scope: nothing but a list can stand in it
        self.colon_of_note = -1
        self.stack: list[tuple[bool, str, bool, bool, str, bool]] = []

    def add(self, token: Token) -> None:
        """Add a token that parts nothing."""
        kind = token.type
        if kind in _CORE:
            self.core = kind if self.core not in ("CONCEPT", "VAR") or kind == "CONCEPT" else self.core
            self.said = True
        self.out.append(token)

    def join(self, token: Token) -> None:
        """Add a token that parts or joins: a new unit begins."""
        self.core = ""
        self.out.append(token)

    def part(self) -> None:
        """Let no word of scope that stands before reach further."""
        self.first, self.tied, self.scoped = False, False, ""

    def begin(self, token: Token) -> None:
        """Add a token behind which all begins anew."""
        self.said, self.core = False, ""
        self.part()
        if token.type == "OPEN":
            self.bound = False
        self.out.append(token)

    def scope(self, token: Token) -> None:
        """Add a word of scope; with which a bracket begins, it holds for all of it."""
        self.scoped = token.type
        self.bound = self.bound or self.bracket_begins()
        self.join(token)

    def begins(self) -> bool:
        """Whether nothing was said yet, and nothing at all stands before in the part."""
        return not self.out or self.out[-1].type in _BEGINNING or self.bracket_begins()

    def written(self, token: Token) -> str:
        """The words of a token, in lower case."""
        return self.text[token.start : token.end].lower()

    def last(self) -> str:
        """The type of what stands right before; the empty string at the start."""
        return self.out[-1].type if self.out else ""

    def last_of(self, types: frozenset[str]) -> Token | None:
        """The token of one of the types that stands nearest before."""
        for token in reversed(self.out[-NEAR:]):
            if token.type in types:
                return token
        return None

    def last_here(self, types: frozenset[str]) -> Token | None:
        """The same, what stands in a bracket that is closed again left out."""
        depth = 0
        for token in reversed(self.out[-NEAR:]):
            depth += token.type == "CLOSE"
            if not depth and token.type in types:
                return token
            depth -= depth > 0 and token.type == "OPEN"
        return None

    def previous(self) -> str:
        """The type of what stands before, words of grammar left out."""
        for token in reversed(self.out[-NEAR:]):
            if token.type not in ("LIGHT", "FRESH"):
                return token.type
        return ""

    def ahead(self, i: int) -> Token | None:
        """The next token that is more than a word of grammar."""
        for token in self.tokens[i + 1 : i + 8]:
            if token.type not in ("LIGHT", "LEAD", "TRAIL"):
                return token
        return None

    def follows(self, i: int, types: frozenset[str]) -> bool:
        """Whether the next token that is more than grammar is of one of the types."""
        following = self.ahead(i)
        return following is not None and following.type in types

    def relates_next(self, i: int) -> bool:
        """Whether what follows is a name that is related to something itself."""
        behind = [t.type for t in self.tokens[i + 1 : i + 6] if t.type not in ("LIGHT", "QUAL", "STATUS")]
        return behind[:2] == ["CONCEPT", "REL"]

    def same_level(self, i: int, found: Callable[[int, Token], bool]) -> int:
        """The place of the first token behind `i`, in its sentence and bracket, of which `found` holds; else -1."""
        depth = 0
        for j in range(i + 1, min(i + NEAR, len(self.tokens))):
            token = self.tokens[j]
            if token.type == "OPEN":
                depth += 1
            elif token.type == "CLOSE":
                depth -= 1
                if depth < 0:
                    return -1
            elif token.type in ("STOP", "SUBITEM"):
                return -1
            if not depth and found(j, token):
                return j
        return -1

    def take_separator(self, token: Token) -> None:
        """Let a word of scope have the separator before it."""
        if self.last() in TAKEN:
            token.start = self.out.pop().start

    def deep(self) -> bool:
        """Whether words of scope stand in each other already, deeper than anybody would write; counts one more."""
        self.depth += 1
        return self.depth > _DEEPEST

    def separated(self) -> bool:
        """Whether a comma or semicolon without a word stands right before."""
        return self.last() in TAKEN and self.out[-1].value is None

    def bracket_begins(self) -> bool:
        """Whether a bracket was opened right before."""
        return self.last() == "OPEN"

    def unused(self, token: Token, value: str = "exceptions") -> None:
        """Add a word of scope that cannot do here what it does."""
        token.type, token.value = "FILLER", value
        self.add(token)

    def sexed(self, token: Token) -> bool:
        """Whether it is `in women`, `for men`."""
        return token.type == "SEX" and is_of_some(self.written(token))

    def with_next(self, i: int, token: Token) -> str:
        """The words of a token and of the next one."""
        following = self.tokens[i + 1 : i + 2]
        return " ".join(self.text[token.start : following[0].end].lower().split()) if following else ""

    def core_before_separator(self) -> str:
        """What the unit before the separator that was added last is about."""
        found, depth = "", 0
        for token in reversed(self.out[-NEAR:-1]):
            depth += (token.type == "CLOSE") - (token.type == "OPEN")
            if depth < 0 or (not depth and (token.type in SEPARATORS or token.type in ENDS)):
                break
            if token.type in _CORE and depth == (token.type == "CLOSE"):
                found = token.type if found != "CONCEPT" else found
        return found

    def limited(self, skip: int = 0) -> bool:
        """Whether the unit so far has a number; `skip` tokens at its end do not count."""
        for token in reversed(self.out[-NEAR : len(self.out) - skip]):
            if token.type in SEPARATORS or token.type in ENDS or token.type in ("OPEN", "BOND", "INNER"):
                return False
            if token.type in ("NUM", "NORMAL"):
                return True
        return False

    def only_grammar(self) -> bool:
        """Whether the unit so far has only words of grammar."""
        for token in reversed(self.out[-NEAR:]):
            if token.type in SEPARATORS or token.type in ("STOP", "SUBITEM", "OPEN", "THEN", "COLON"):
                break
            if token.type not in ("LIGHT", "WHO", "FRESH"):
                return False
        return True

    def is_colon(self, token: Token) -> bool:
        """Whether it is a colon that nothing has taken."""
        return token.type == "LIGHT" and token.end == token.start + 1 and self.text[token.start] == ":"
