"""One trial, NCT06884904, as somebody writes it by hand who knows the tables and polars: the peer of `eligo cohort`.

It keeps what is not known (null), takes the latest value, lets values and entries grow old, asks whether a list is
complete and whether something is denied. It does not do what takes pages: values that are censored or of one day,
days known in part, what else may be a concept, reasons, whom one criterion blocks alone, limits.
"""

from __future__ import annotations

import functools
import json
import operator
import resource
import sys
from datetime import date
from pathlib import Path

import polars as pl

AS_OF = date(2026, 11, 20)
LABS = ("total_bilirubin", "inr", "prothrombin_activity", "creatinine", "oxygen_saturation", "lactate")
LABS_OLD = {
    "total_bilirubin": 90,
    "inr": 90,
    "prothrombin_activity": 90,
    "creatinine": 90,
    "oxygen_saturation": 30,
    "lactate": 30,
}
KINDS = {  # what is asked for, and the concepts of the tables that it is
    "hepatitis_b": ("hepatitis_b",),
    "aclf": ("acute_on_chronic_liver_failure",),
    "liver_failure": ("acute_on_chronic_liver_failure",),
    "bleeding": ("gastrointestinal_bleeding",),
    "malignancy": ("hepatocellular_carcinoma",),
    "alcohol": ("alcohol_abuse",),
    "encephalopathy": ("hepatic_encephalopathy",),
}
OTHERS = (  # asked for, and in no row
    *(
        "allergy",
        "bovine",
        "hepatitis_a",
        "hepatitis_c",
        "hepatitis_e",
        "autoimmune",
        "biliary",
        "varices",
        "cavernous",
    ),
    *("occlusion", "septic_shock", "infarction", "ischemia", "arrhythmia", "pulmonary_hypertension", "embolism", "iga"),
    *(
        "purpura",
        "hemophilia",
        "thrombocytopenia",
        "registration",
        "substance",
        "other_trial",
        "lactation",
        "positive_test",
    ),
)
DENIED = {"hiv_infection": "immunodeficiency", "pregnancy": "pregnancy", "sepsis": "sepsis"}
LISTS = {
    "tips": "procedures",
    "transplantation": "procedures",
    "vasopressors": "medications",
    "corticosteroids": "medications",
}


def latest(folder: Path) -> pl.LazyFrame:
    """A row a person with the latest value of each variable, null where it is too old or not a number."""
    rows = pl.scan_parquet(folder / "observation.parquet")
    rows = rows.filter(pl.col("variable").is_in(LABS) & (pl.col("position") == 0) & ~pl.col("superseded"))
    old = pl.col("variable").replace_strict(LABS_OLD, return_dtype=pl.Int64)
    usable = pl.col("problem").is_null() & (pl.col("first") >= pl.lit(AS_OF) - pl.duration(days=old)).fill_null(
        value=True
    )
    value = pl.when(usable & (pl.col("low") == pl.col("high"))).then(pl.col("low"))
    rows = rows.select("person", "variable", value=value)
    named = {name: pl.col("value").filter(pl.col("variable") == name).first() for name in LABS}
    return rows.group_by("person").agg(**named)


def states(folder: Path) -> pl.LazyFrame:
    """A row a person with whether each kind is there: true for an active entry, null for a suspected one alone."""
    wanted = sorted({concept for concepts in KINDS.values() for concept in concepts})
    rows = pl.scan_parquet(folder / "fact.parquet").filter(pl.col("concept").is_in(wanted))
    rows = rows.select("person", "concept", "status")
    named = {}
    for name, concepts in KINDS.items():
        of_kind = pl.col("concept").is_in(concepts)
        for status in ("active", "suspected", "resolved"):
            named[f"{name}_{status}"] = (of_kind & (pl.col("status") == status)).any()
    return rows.group_by("person").agg(**named)


def people(folder: Path) -> pl.LazyFrame:
    """All persons with what the tables say of each."""
    persons = pl.scan_parquet(folder / "person.parquet").select(
        "person", "birth_first", "birth_last", "sex", "absent", "complete", "in_part", "attested_yes", "attested_no"
    )
    return persons.join(latest(folder), on="person", how="left").join(states(folder), on="person", how="left")


def _is_complete(name: str) -> pl.Expr:
    return pl.col("complete").list.contains(name) & ~pl.col("in_part").list.contains(name)


def _there(name: str) -> pl.Expr:
    """Whether a kind is there, with silence as no where the list is complete."""
    active, suspected = (pl.col(f"{name}_{status}").fill_null(value=False) for status in ("active", "suspected"))
    unlisted = pl.when(_is_complete("conditions")).then(pl.lit(value=False))
    return pl.when(active).then(pl.lit(value=True)).when(suspected).then(None).otherwise(unlisted)


def _never(name: str, listed: str = "conditions") -> pl.Expr:
    """What no row has: ruled out by a denial or a complete list."""
    denied = pl.col("absent").list.contains(name) if name else pl.lit(value=False)
    return pl.when(denied | _is_complete(listed)).then(pl.lit(value=False))


def _said(name: str) -> pl.Expr:
    yes, no = (pl.col(column).list.contains(name) for column in ("attested_yes", "attested_no"))
    return pl.when(yes).then(pl.lit(value=True)).when(no).then(pl.lit(value=False))


def _all(*parts: pl.Expr) -> pl.Expr:
    return functools.reduce(operator.and_, parts)


def _any(*parts: pl.Expr) -> pl.Expr:
    return functools.reduce(operator.or_, parts)


def criteria() -> dict[str, pl.Expr]:
    """Whether each criterion passes (true), blocks (false) or is open (null)."""
    first, last = pl.col("birth_first"), pl.col("birth_last")
    old, young = date(2008, 11, 20), date(1955, 11, 21)
    age = (
        pl.when((last <= old) & (first >= young))
        .then(pl.lit(value=True))
        .when((first > old) | (last < young))
        .then(pl.lit(value=False))
    )
    nothing = functools.partial(_never, "")
    shock = _all(_never("sepsis"), nothing("medications"), pl.col("lactate") > 2)
    lost = {name: nothing() for name in OTHERS}
    return {
        "I1": age,
        "I2": _all(
            _there("hepatitis_b"),
            _there("aclf"),
            pl.col("total_bilirubin") >= 205,
            _any(pl.col("inr") >= 1.5, pl.col("prothrombin_activity") <= 40),
        ),
        "I3": _all(_said("contraception"), _said("no_conception_plan")),
        "I4": _said("informed_consent"),
        "E1": ~_any(lost["allergy"], lost["bovine"]),
        "E2": ~_any(
            _all(_there("liver_failure"), ~_there("hepatitis_b")),
            _all(
                _there("aclf"),
                _any(*(lost[n] for n in ("hepatitis_a", "hepatitis_c", "hepatitis_e", "autoimmune", "biliary"))),
            ),
        ),
        "E3": ~_any(
            _there("bleeding"),
            lost["varices"],
            lost["cavernous"],
            lost["occlusion"],
            nothing("procedures"),
            pl.when(_there("encephalopathy").not_()).then(pl.lit(value=False)),
            pl.col("creatinine") >= 176.803394625,
            pl.col("oxygen_saturation") <= 93,
        ),
        "E4": ~_any(
            _never("sepsis"),
            shock,
            *(lost[n] for n in ("infarction", "ischemia", "arrhythmia", "pulmonary_hypertension", "embolism", "iga")),
            *(lost[n] for n in ("purpura", "hemophilia", "thrombocytopenia")),
            _there("malignancy"),
            _never("hiv_infection"),
        ),
        "E5": ~nothing("medications"),
        "E6": ~_said("investigator_judgement"),
        "E7": ~_any(lost["registration"], nothing("procedures")),
        "E8": ~nothing("procedures"),
        "E9": ~_any(_there("alcohol"), lost["substance"], pl.lit(None, dtype=pl.Boolean)),
        "E10": ~lost["other_trial"],
        "E11": ~_any(
            pl.when(pl.col("sex") == "male").then(pl.lit(value=False)).otherwise(_never("pregnancy")), lost["lactation"]
        ),
        "E12": ~_said("investigator_exclusion"),
        "R.age": age,
    }


def main() -> int:
    """Print how many pass, are blocked and are open by each criterion, and who is left after each."""
    asked = criteria()
    frame = people(Path(sys.argv[1])).select(**asked).collect(engine="streaming")
    counts = []
    left = pl.lit(value=True)
    for name in asked:
        one = pl.col(name)
        left = left & one
        counts += [
            one.sum().alias(f"{name} passes"),
            (~one).sum().alias(f"{name} blocks"),
            one.null_count().alias(f"{name} open"),
        ]
        counts += [left.sum().alias(f"{name} certain"), (len(frame) - (~left).sum()).alias(f"{name} possible")]
    row = frame.lazy().select(counts).collect().row(0, named=True)
    told = {name: [int(row[f"{name} {word}"]) for word in ("passes", "blocks", "open")] for name in asked}
    print(json.dumps({**told, "possible": row["R.age possible"]}))
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
