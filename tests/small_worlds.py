"""Small rule sets and small patients, made by chance from a number, for proofs that try everything."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from eligo.criteria import (
    STUDY_CONDITION,
    AllOf,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Criterion,
    Duration,
    Excepted,
    IfThen,
    Leaf,
    Limit,
    Not,
    OneOf,
    Op,
    Predicate,
    Present,
    Related,
    Relation,
    Status,
    Window,
)
from eligo.plan import Plan, compile_rules
from eligo.ruleset import Cohort, RuleSet
from eligo.truth import Kind

AS_OF = date(2026, 11, 20)
Data = dict[str, Any]
OPS: tuple[Op, ...] = ("lt", "le", "gt", "ge")

# Variable, its canonical unit, and the limits that rules may have.
LIMITS: dict[str, tuple[str, tuple[float, ...]]] = {
    "inr": ("1", (1.5, 2.5)),
    "total_bilirubin": ("umol/L", (34, 51, 205)),
    "albumin": ("g/L", (28, 35)),
    "alt": ("U/L", (40, 120)),
    "tumor_count": ("1", (1, 3)),
}
SCORE = ("child_pugh_score", (7, 10))
GRADES = ("hepatic_encephalopathy_grade", (1, 2, 3))
CONCEPTS = {
    "malignancy": "conditions",
    "liver_cancer": "conditions",
    "infection": "conditions",
    "pregnancy": "conditions",
    "hepatic_encephalopathy": "conditions",
    "liver_transplantation": "procedures",
    "systemic_corticosteroids": "medications",
}
EVENTS = ("infection", "liver_cancer", "liver_transplantation")  # on whose first day rules may ask for the age
LENGTHS = (Duration(2, "wk"), Duration(1, "mo"), Duration(3, "mo"), Duration(1, "a"))


class World:
    """Trials and one patient, by the luck of a number; `vague` dates are months and years, and some lie ahead."""

    def __init__(self, number: int, scores: bool = True, vague: bool = False) -> None:
        self.luck = random.Random(number)
        self.scores, self.vague = scores, vague
        self.plans = tuple(self._trial(i) for i in range(1 + self._chance(0.4)))
        self.patient = self._patient()

    def _chance(self, share: float) -> bool:
        return self.luck.random() < share

    # --- rules

    def _trial(self, number: int) -> Plan:
        arms = ("A", "B") if self._chance(0.2) else ()
        cohorts: list[str | None] = [self.luck.choice((None, *arms)) for _ in range(self.luck.randint(1, 4))]
        criteria = tuple(self._criterion(i, cohort) for i, cohort in enumerate(cohorts, 1))
        named = tuple(Cohort(arm, f"arm {arm}") for arm in arms)
        about = ("liver_cancer",) if self._chance(0.5) else ()
        name = f"NCT0000000{number}"
        return compile_rules(RuleSet(name, "a small trial", cohorts=named, criteria=criteria, conditions=about))

    def _criterion(self, number: int, cohort: str | None) -> Criterion:
        kind: Kind = self.luck.choice(("inclusion", "exclusion"))
        id_ = f"{f'{cohort}.' if cohort else ''}{kind[0].upper()}{number}"
        predicate = Attest("informed_consent") if kind == "inclusion" and self._chance(0.15) else self._predicate(2)
        return Criterion(id_, kind, "the text", predicate, cohort)

    def _predicate(self, depth: int) -> Predicate:
        if depth == 0 or self._chance(0.55):
            makers = (self._comparison, self._comparison, self._presence, self._presence, self._other, self._link)
            return self.luck.choice(makers)()
        parts = tuple(self._predicate(depth - 1) for _ in range(self.luck.randint(1, 3)))
        asked = IfThen(parts[0], parts[-1])
        some = AtLeast(min(2, len(parts)), parts)
        joins: tuple[Predicate, ...] = (AllOf(parts), AnyOf(parts), some, Not(parts[0]), asked)
        return self.luck.choice(joins)

    def _comparison(self) -> Leaf:
        name = self.luck.choice(list(LIMITS))
        op, limits = self.luck.choice(OPS), LIMITS[name][1]
        window = Window(self.luck.choice(LENGTHS)) if self._chance(0.2) else None
        if name == "alt" and self._chance(0.3):
            apart = Limit(op, self.luck.choice((-10, 5)), above=self.luck.choice(("ULN", "LLN")))
            return Compare(name, (apart,), window=window)
        if name == "alt" and self._chance(0.7):
            return Compare(name, (Limit(op, self.luck.choice((1, 3)), of="ULN"),), window=window)
        if self._chance(0.2):
            low, high = sorted((limits[0], limits[-1]))
            return Compare(name, (Limit("ge", low), Limit("le", high)), window=window)
        return Compare(name, (Limit(op, self.luck.choice(limits)),), window=window)

    def _presence(self) -> Present:
        window: Window | None = None
        if self._chance(0.4):
            length = self.luck.choice(LENGTHS)
            window = Window(length) if self._chance(0.5) else Window(ago=Bound(self.luck.choice(OPS), length))
        status: Status = "history" if self._chance(0.25) else "now" if self._chance(0.2) else "active"
        if self.vague and self._chance(0.15):
            status, window = "planned", Window(self.luck.choice(LENGTHS))
        qualifier = "severe" if self._chance(0.1) else None
        but_not: tuple[Excepted, ...] = ()
        if self._chance(0.2):
            excepted = self.luck.choice(("liver_cancer", "malignancy", STUDY_CONDITION))
            but_not = (Excepted(excepted, "severe" if excepted == "liver_cancer" and self._chance(0.4) else None),)
        concept = "malignancy" if but_not else self.luck.choice(list(CONCEPTS))
        return Present(concept, status, qualifier, window, but_not=but_not)

    def _link(self) -> Leaf:
        relations: tuple[Relation, ...] = ("requiring", "treated_with", "due_to", "unrelated_to")
        return Related(self._presence(), self.luck.choice(relations), self._presence())

    def _other(self) -> Leaf:
        score = Compare(SCORE[0], (Limit(self.luck.choice(OPS), self.luck.choice(SCORE[1])),))
        if self._chance(0.3):  # a band, in which the score is only for some values of each input
            score = Compare(SCORE[0], (Limit("ge", SCORE[1][0]), Limit("le", SCORE[1][0] + 1)))
        leaves: tuple[Leaf, ...] = (
            Compare("age", (Limit(self.luck.choice(OPS), self.luck.choice((18, 65)), "a"),), at=self._event()),
            OneOf("sex", (self.luck.choice(("male", "female")),)),
            OneOf(GRADES[0], (self.luck.choice(GRADES[1]), 4)),
            *((score,) if self.scores else ()),
        )
        return self.luck.choice(leaves)

    def _event(self) -> str | None:
        return self.luck.choice(EVENTS) if self._chance(0.4) else None

    # --- the record

    def _patient(self) -> Data:
        data: Data = {"id": "small", "as_of": AS_OF.isoformat()}
        if self._chance(0.8):
            years = self.luck.choice((10, 17, 18, 40, 64, 65, 66))
            data["birth_date"] = (
                AS_OF - timedelta(days=round(years * 365.25) + self.luck.randint(-20, 20))
            ).isoformat()
        if self._chance(0.8):
            data["sex"] = self.luck.choice(("male", "female"))
        data["observations"] = [o for name in LIMITS if self._chance(0.6) for o in self._observed(name)]
        if self._chance(0.4):
            grade = {"variable": GRADES[0], "value": self.luck.choice((0, 1, 2, 3)), "date": self._day()}
            data["observations"].append(grade)
        for concept, where in CONCEPTS.items():
            if self._chance(0.3):
                data.setdefault(where, []).append(self._fact(concept, where))
        data["absent"] = [c for c in CONCEPTS if self._chance(0.3) and c not in self._named(data)]
        data["complete"] = [w for w in ("conditions", "procedures", "medications") if self._chance(0.15)]
        if self._chance(0.5):
            data["attested"] = {"informed_consent": self._chance(0.8)}
        return data

    def _named(self, data: Data) -> set[str]:
        facts = {entry["concept"] for where in set(CONCEPTS.values()) for entry in data.get(where, ())}
        related = {"malignancy", "liver_cancer"} if facts & {"malignancy", "liver_cancer"} else set()
        graded = any(entry["variable"] == GRADES[0] for entry in data["observations"])
        return facts | related | ({"hepatic_encephalopathy"} if graded else set())

    def _day(self) -> str:
        return (AS_OF - timedelta(days=self.luck.choice((0, 0, 1, 13, 14, 15, 40, 90, 300, 366)))).isoformat()

    def _observed(self, name: str) -> list[Data]:
        unit, limits = LIMITS[name]
        value = self.luck.choice([step for limit in limits for step in (limit * 0.8, limit, limit * 1.3)])
        entry: Data = {"variable": name, "value": round(value) if name == "tumor_count" else round(value, 3)}
        entry |= {"unit": unit} if unit != "1" else {}
        entry |= {"date": self._day()[: 7 if self.vague and self._chance(0.2) else 10]} if self._chance(0.8) else {}
        if name == "alt" and self._chance(0.3):
            entry["high"] = 50
        return [entry]

    def _fact(self, concept: str, where: str) -> Data:
        day = self._day()
        if self.vague and self._chance(0.3):
            day = day[: self.luck.choice((4, 7))]
        if self.vague and self._chance(0.2):
            ahead = (AS_OF + timedelta(days=self.luck.randint(1, 400))).isoformat()
            start = {"conditions": "onset", "procedures": "date", "medications": "start"}[where]
            return {"concept": concept, "status": "planned", start: ahead}
        if where == "procedures":
            if self._chance(0.25):
                return {"concept": concept, "start": day, "status": "in-progress"}
            return {"concept": concept, "date": day}
        over = self._chance(0.4)
        ends = (AS_OF + timedelta(days=self.luck.randint(1, 300))).isoformat()
        if self.vague and self._chance(0.2):
            start, end = ("start", "end") if where == "medications" else ("onset", "abatement")
            return {"concept": concept, start: day, end: ends} | ({} if end == "end" else {"status": "resolved"})
        if where == "medications":
            return {"concept": concept, "start": day} | ({"end": AS_OF.isoformat()} if over else {})
        entry: Data = {"concept": concept, "onset": day}
        if over:
            entry |= {"status": "resolved", "abatement": day}
        how = self.luck.choice(("severe", "severe", "mild"))
        return entry | ({"qualifiers": [how]} if self._chance(0.25) else {})
