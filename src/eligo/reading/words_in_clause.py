"""The words of one clause, one by one: what each adds to what the clause says so far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from eligo.criteria import Attest, Compare, Limit, Op, Predicate, Span, Status, Window
from eligo.reading.lexicon import END, trie, words
from eligo.reading.pieces import Fact
from eligo.reading.roles import WEIGHT
from eligo.reading.splits import place
from eligo.reading.tokens import Token
from eligo.reading.tree import Clause, Limits
from eligo.vocabulary.concepts import concepts

if TYPE_CHECKING:
    from eligo.reading.meaning import Reader

_IGNORED = frozenset(["TRAIL", "LEAD", "SKIP"])


class ClauseWords:
    """The state of reading one clause."""

    negative: list[Fact | Predicate] | None = None  # facts after a negation inside the clause
    logic: str | None = None
    negated = False
    hedged = False
    after_hedge: Span | None = None
    lead_status: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    window: Window | None = None
    trailing: Window | None = None
    joined = True  # a word such as `with` stands between the last fact and what comes
    cited = False  # what follows names a source ("according to ...")
    own = 0  # modifiers of the clause's own

    def __init__(self, reader: Reader, clause: Clause) -> None:
        self.reader = reader
        self.context = context = reader.context
        self.text = context.text
        self.elements: Sequence[Any] = clause.elements
        self.atoms: list[Fact | Predicate] = []
        self.residual: list[Any] = []
        self.qualifiers: list[str] = []
        self.sexes: list[str] = []

    def target(self) -> list[Fact | Predicate]:
        return self.atoms if self.negative is None else self.negative

    def _token(self, i: int, token: Token) -> None:
        kind = token.type
        if kind == "LIGHT":
            self.joined = self.joined or self.text[token.start : token.end].lower() in words("joining")
            return
        known = _HANDLERS.get(kind)
        if known is not None:
            known(self, i, token)
        elif kind not in _IGNORED:
            self._other(i, token)

    def _other(self, i: int, token: Token) -> None:
        """A word that no rule has used yet: part of a limit's name, or not understood."""
        kind = token.type
        if kind == "GRADE" and any(e.__class__ is Limits and self.context.names(e) for e in self.elements):
            return
        if kind == "VAR" and token.value in self.context.tested(self.elements):
            return
        said = token.value if kind == "FILLER" else None
        if said or not self.context.consumed(token):
            self.residual.append(token)
            if said:
                self._logic(said)

    def _attest(self, i: int, token: Token) -> None:
        self.target().append(Attest(token.value, span=(token.start, token.end)))

    def _hedge(self, i: int, token: Token) -> None:
        if self.atoms or self.residual:
            self.after_hedge = (token.start, token.end)
        else:
            self.hedged = True

    def _untested(self, i: int, token: Token) -> None:
        self.context.notes.append(f"`{self.text[token.start : token.end]}` is not tested")

    def _sex(self, i: int, token: Token) -> None:
        self.sexes.append(token.value)

    def _condition(self, i: int, token: Token) -> None:
        """`in patients with` introduces the subject at the start; else a condition is tied to what is beside it."""
        if self.atoms or self.negative or self.residual or token.value == "when":
            self.logic = "exceptions"
            self.residual.append(token)

    def _after(self, i: int, token: Token) -> None:
        if self.qualifiers and token.value in ("le", "ge"):  # moderate or lower
            self.qualifiers.append(f"or {'lower' if token.value == 'le' else 'higher'}")
        else:
            self._other(i, token)

    def _cite(self, i: int, token: Token) -> None:
        """`according to ...`: a source, where nothing but words follows."""
        rest = self.elements[i + 1 :]
        if any(e.__class__ is not Token or (e.type == "FILLER" and e.value) for e in rest):
            self._other(i, token)
            return
        self.cited = True
        source = self.text[token.start : place(self.elements[-1])[1]]
        self.context.notes.append(f"`{source}` names a source and is not tested")

    def _change(self, i: int, token: Token) -> None:
        if not any(e.__class__ is Token and self.context.consumed(e) for e in self.elements[i + 1 : i + 4]):
            self.residual.append(token)

    def _logic(self, word: str) -> None:
        self.logic = max(self.logic, word, key=WEIGHT.index)

    def _negation(self, i: int, token: Token) -> None:
        if "history" in self.text[token.start : token.end].lower():
            self.lead_status = self.statuses = ("history",)
        if not self.atoms and self.negative is None and not self.residual:
            self.negated = not self.negated
        elif self.negative is None:
            self.negative = []
            self.joined = True
        else:
            self.logic = self.logic or "logic"
            self.residual.append(token)

    def _status(self, i: int, token: Token) -> None:
        statuses = tuple(str(token.value).split("|"))
        if statuses == ("active",) and self.statuses not in ((), ("active",)):
            return  # `history of known ...`
        self.own += not self.atoms
        if not self.atoms and not self.lead_status:
            self.lead_status = statuses
        self.statuses = statuses
        self.joined = True

    def _qualifier(self, i: int, token: Token) -> None:
        last = self.last_fact()
        after = self._next_name(token)
        if last is not None and not after:
            last.qualifiers.append(token.value)
        else:
            self.qualifiers.append(token.value)

    def _next_name(self, token: Token) -> bool:
        return any(
            e.__class__ is Token and e.type in ("CONCEPT", "VAR", "FILLER") and e.start > token.start
            for e in self.elements
        )

    def last_fact(self) -> Fact | None:
        target = self.target()
        return target[-1] if target and isinstance(target[-1], Fact) else None

    def _concept(self, i: int, token: Token) -> None:
        if self._graded(token):
            return
        if self.context.consumed(token):
            return
        target = self.target()
        if target and not self.joined:
            self.residual.append(token)
            return
        if not self.atoms and self._says_status(token):
            self.own += 1
        statuses = self.statuses
        status: Status | None = statuses[0] if statuses else None  # type: ignore[assignment]  # a key of `statuses`
        fact = Fact(token.value, (token.start, token.end), status, statuses, self.qualifiers, self.window)
        self.qualifiers, self.statuses, self.window = [], (), None
        self.joined = False
        target.append(fact)

    def _says_status(self, token: Token) -> bool:
        """`active hepatitis B`: a name that holds a status of its own takes none of the clause before it."""
        first = self.text[token.start : token.end].split(maxsplit=1)[0].lower()
        return "STATUS" in trie().get(first, {}).get(END, ())

    def _graded(self, token: Token) -> bool:
        """`moderate or lower ascites`: a graded concept is a limit on its grade."""
        labels = [q for q in self.qualifiers if q not in ("or lower", "or higher")]
        bound = [q for q in self.qualifiers if q in ("or lower", "or higher")]
        if not bound or not labels:
            return False
        found = concepts().find_graded(f"{labels[-1]} {self.text[token.start : token.end]}")
        if found is None:
            return False
        grade = found[2]
        value = grade if isinstance(grade, (int, float)) else (grade[1] if bound[0] == "or lower" else grade[0])
        op: Op = "le" if bound[0] == "or lower" else "ge"
        self.target().append(Compare(found[1], (Limit(op, value),), span=(token.start, token.end)))
        self.qualifiers = []
        return True


_HANDLERS: dict[str, Callable[[ClauseWords, int, Token], None]] = {
    "CONCEPT": ClauseWords._concept,
    "ATTEST": ClauseWords._attest,
    "NEG": ClauseWords._negation,
    "HEDGE": ClauseWords._hedge,
    "STATUS": ClauseWords._status,
    "QUAL": ClauseWords._qualifier,
    "UNTESTED": ClauseWords._untested,
    "SEX": ClauseWords._sex,
    "IF": ClauseWords._condition,
    "AFTER": ClauseWords._after,
    "CITE": ClauseWords._cite,
    "CHANGE": ClauseWords._change,
}
