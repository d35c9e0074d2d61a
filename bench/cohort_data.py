"""So many synthetic patients straight as the tables of a warehouse: a liver clinic, none of whom is a person.

`python -m bench.cohort_data FOLDER --count 1000000` writes about 22 observations and 5 facts a patient. Some values are
censored, some are of one day with another one, some days are known to the month, some reports bring their own range.
"""

from __future__ import annotations

import argparse
import json
import math
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from eligo.warehouse.tables import MANIFEST, ORDER, SCHEMA, file_of, schema

AS_OF = date(2026, 11, 20)
# Variable: the middle value, the spread of its logarithm, digits, unit, mean number of values a patient.
LABS: dict[str, tuple[float, float, int, str, float]] = {
    "total_bilirubin": (60, 1.1, 0, "umol/L", 2.2),
    "inr": (1.4, 0.35, 2, "1", 2.0),
    "creatinine": (85, 0.45, 0, "umol/L", 2.2),
    "albumin": (34, 0.2, 0, "g/L", 2.0),
    "platelets": (130, 0.6, 0, "10*9/L", 2.0),
    "sodium": (137, 0.03, 0, "mmol/L", 2.0),
    "hemoglobin": (120, 0.18, 0, "g/L", 2.0),
    "alt": (60, 0.9, 0, "U/L", 2.0),
    "prothrombin_activity": (60, 0.4, 0, "%", 0.7),
    "prothrombin_time": (15, 0.2, 1, "s", 0.6),
    "oxygen_saturation": (96, 0.03, 0, "%", 1.2),
    "lactate": (1.6, 0.5, 1, "mmol/L", 0.4),
    "weight": (70, 0.2, 1, "kg", 1.0),
    "alpha_fetoprotein": (6, 1.2, 1, "ng/mL", 0.5),
    "mean_arterial_pressure": (82, 0.12, 0, "mm[Hg]", 0.5),
    "hbv_dna": (300, 2.5, 0, "IU/mL", 0.4),
    "meld": (13, 0.4, 0, "1", 0.2),
}
GRADES = {"hepatic_encephalopathy_grade": (0.7, 0.15, 0.1, 0.04, 0.01), "ascites_grade": (0.5, 0.2, 0.2, 0.1)}
GRADED = 0.4
CONCEPTS: dict[str, tuple[str, float]] = {
    "cirrhosis": ("condition", 0.5),
    "decompensated_cirrhosis": ("condition", 0.2),
    "acute_on_chronic_liver_failure": ("condition", 0.15),
    "hepatitis_b": ("condition", 0.4),
    "hepatitis_c": ("condition", 0.15),
    "ascites": ("condition", 0.3),
    "hepatic_encephalopathy": ("condition", 0.12),
    "gastrointestinal_bleeding": ("condition", 0.1),
    "hepatocellular_carcinoma": ("condition", 0.06),
    "hypertension": ("condition", 0.3),
    "type_2_diabetes": ("condition", 0.25),
    "alcohol_abuse": ("condition", 0.12),
    "pneumonia": ("condition", 0.05),
    "spontaneous_bacterial_peritonitis": ("condition", 0.04),
    "hospitalization": ("procedure", 0.4),
    "liver_transplantation": ("procedure", 0.02),
    "tips": ("procedure", 0.03),
    "paracentesis": ("procedure", 0.15),
    "diuretics": ("medication", 0.3),
    "entecavir": ("medication", 0.2),
    "systemic_corticosteroids": ("medication", 0.05),
    "albumin_infusion": ("medication", 0.08),
}
SEED = 20261120


def _luck(count: int, seed: int) -> pl.Series:
    """So many numbers from 0 to 1, the same for the same seed."""
    spread = pl.select(pl.int_range(count, dtype=pl.UInt64, eager=False).hash(seed)).to_series()
    return spread.cast(pl.Float64) / float(2**64)


def _normal(count: int, seed: int) -> pl.Series:
    one, other = _luck(count, seed), _luck(count, seed + 7)
    return (-2 * (one + 1e-12).log()).sqrt() * (other * 2 * math.pi).cos()


def _rows(variable: str, luck: int, persons: int) -> pl.DataFrame:
    """The values of a variable: how many each person has, and when and what they are."""
    middle, spread, digits, unit, mean = LABS[variable]
    some = _luck(persons, luck)
    counts = (some * (2 * mean + 1)).floor().cast(pl.UInt32) if mean >= 1 else (some < mean).cast(pl.UInt32)
    frame = pl.DataFrame({"person": pl.Series(range(persons), dtype=pl.UInt32), "n": counts})
    frame = frame.select(pl.col("person").repeat_by("n").explode()).drop_nulls()
    count = len(frame)
    value = (_normal(count, luck + 1) * spread).exp() * middle
    back = (_luck(count, luck + 2) ** 2 * 700).floor().cast(pl.Int32)
    return frame.with_columns(
        low=pl.select((pl.lit(value)).round(digits)).to_series(), back=back, unit=pl.lit(unit), luck=_luck(count, luck + 3)
    )


def observations(persons: int) -> list[pl.DataFrame]:
    """The table of values, one frame a variable, in the order of the table."""
    found = []
    for place, variable in enumerate(sorted([*LABS, *GRADES])):
        luck = SEED + 100 * place
        if variable in LABS:
            rows = _rows(variable, luck, persons)
        else:
            rows = _graded(variable, luck, persons)
        found.append(_finished(variable, rows))
    return found


def _graded(variable: str, luck: int, persons: int) -> pl.DataFrame:
    shares, some, which = GRADES[variable], _luck(persons, luck), _luck(persons, luck + 1)
    grade = pl.Series([0.0]).new_from_index(0, persons)
    total = 0.0
    for share in shares[:-1]:
        total += share
        grade = grade + (which > total).cast(pl.Float64)
    back = (_luck(persons, luck + 2) ** 2 * 300).floor().cast(pl.Int32)
    person = pl.Series(range(persons), dtype=pl.UInt32)
    frame = pl.DataFrame({"person": person, "low": grade, "back": back, "luck": _luck(persons, luck + 3)})
    return frame.with_columns(unit=pl.lit("1")).filter(pl.Series(some < GRADED))


def _finished(variable: str, rows: pl.DataFrame) -> pl.DataFrame:
    """All columns of the table: 2 % censored, 1 % of a month, 1 % without a number, 10 % with their own range."""
    luck, day = pl.col("luck"), pl.lit(AS_OF) - pl.duration(days=pl.col("back"))
    censored, month = (luck < 0.02) & (variable in LABS), (luck > 0.02) & (luck < 0.03)
    broken, own = (luck > 0.03) & (luck < 0.04), (luck > 0.9) & (variable == "total_bilirubin")
    number = pl.col("low")
    rows = rows.with_columns(
        first=pl.when(month).then(day.dt.month_start()).otherwise(day),
        last=pl.when(month).then(day.dt.month_end()).otherwise(day),
        high=pl.when(broken).then(None).otherwise(number),
        low=pl.when(broken).then(None).when(censored).then(-math.inf).otherwise(number),
        low_closed=~censored,
        high_closed=~censored,
        problem=pl.when(broken).then(pl.lit("unit_unknown")).otherwise(None),
        own_high=pl.when(own).then(21.0).otherwise(None),
        number=number,
    )
    rows = rows.sort("person", pl.min_horizontal("last", pl.lit(AS_OF)), "first", descending=[False, True, True])
    rows = rows.with_columns(position=pl.int_range(pl.len()).over("person").cast(pl.UInt32))
    constant = {"variable": variable, "superseded": False, "own_low_unusable": False, "own_high_unusable": False, "forms": 0}
    rows = rows.with_columns(**{name: pl.lit(value) for name, value in constant.items()})
    wanted = schema("observation")
    for name in wanted:
        if name not in rows.columns:
            rows = rows.with_columns(pl.lit(None).alias(name))
    return rows.select(pl.col(name).cast(kind) for name, kind in wanted.items())


def facts(persons: int) -> list[pl.DataFrame]:
    """The table of facts, one frame a concept."""
    found = []
    for place, concept in enumerate(sorted(CONCEPTS)):
        kind, share = CONCEPTS[concept]
        luck = SEED + 50_000 + 100 * place
        person = pl.Series(range(persons), dtype=pl.UInt32)
        rows = pl.DataFrame({"person": person, "some": _luck(persons, luck), "back": _luck(persons, luck + 1), "luck": _luck(persons, luck + 2)})
        rows = rows.filter(pl.col("some") < min(1.0, share * 1.6))
        day = pl.lit(AS_OF) - pl.duration(days=(pl.col("back") ** 2 * 3000).floor().cast(pl.Int32))
        over = pl.col("luck") < 0.12
        rows = rows.with_columns(
            concept=pl.lit(concept),
            position=pl.lit(0),
            kind=pl.lit(kind),
            status=pl.when(over).then(pl.lit("resolved")).when(pl.col("luck") > 0.98).then(pl.lit("suspected")).otherwise(pl.lit("active")),
            start_first=day,
            start_last=day,
            end_first=pl.when(over & (kind != "procedure")).then(day + (pl.lit(AS_OF) - day) / 2).otherwise(None),
            end_last=pl.when(over & (kind != "procedure")).then(day + (pl.lit(AS_OF) - day) / 2).otherwise(None),
            qualifiers=pl.when(pl.col("luck") > 0.95).then(pl.lit(["severe"])).otherwise(pl.lit([], dtype=pl.List(pl.String))),
            visit=pl.lit(value=False),
            written=pl.lit(concept),
        )
        found.append(rows.select(pl.col(name).cast(type_) for name, type_ in schema("fact").items()))
    return found


def people(persons: int) -> pl.DataFrame:
    """The table of persons: half of them with complete lists, some with denials and signed forms."""
    luck = [_luck(persons, SEED + 90_000 + place) for place in range(6)]
    frame = pl.DataFrame({f"l{place}": values for place, values in enumerate(luck)})
    birth = pl.lit(AS_OF) - pl.duration(days=(6000 + pl.col("l0") * 25_000).cast(pl.Int32))

    def words(condition: pl.Expr, *names: str) -> pl.Expr:
        return pl.when(condition).then(pl.lit(list(names))).otherwise(pl.lit([], dtype=pl.List(pl.String)))

    listed = words(pl.col("l2") < 0.5, "conditions", "medications", "procedures")
    denied = words(pl.col("l3") < 0.3, "hiv_infection", "malignancy", "pregnancy")
    frame = frame.with_columns(
        person=pl.int_range(pl.len(), dtype=pl.UInt32),
        id=pl.format("s{}", pl.int_range(pl.len())),
        as_of=pl.lit(AS_OF),
        birth_first=birth,
        birth_last=birth,
        sex=pl.when(pl.col("l1") < 0.55).then(pl.lit("male")).when(pl.col("l1") < 0.98).then(pl.lit("female")).otherwise(None),
        absent=denied,
        never=words(pl.lit(value=False)),
        complete=listed,
        in_part=words(pl.lit(value=False)),
        attested_yes=words(pl.col("l4") < 0.2, "contraception", "informed_consent", "no_conception_plan"),
        attested_no=words(pl.lit(value=False)),
        warnings=words(pl.lit(value=False)),
    )
    for name in schema("person"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit(None).alias(name))
    return frame.select(pl.col(name).cast(kind) for name, kind in schema("person").items())


def write(folder: Path, persons: int) -> None:
    """Write the tables of so many patients."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {"observation": observations(persons), "fact": facts(persons), "person": [people(persons)]}
    for name, parts in tables.items():
        frame = pl.concat(parts)
        assert list(ORDER)  # each part is in the order of its table, and the parts are too
        frame.write_parquet(file_of(folder, name), row_group_size=200_000)  # type: ignore[arg-type]  # the names are those of the tables
    (folder / MANIFEST).write_text(json.dumps({"schema": SCHEMA}), "utf-8")
    (folder / "ledger.json").write_text("{}", "utf-8")


def main() -> None:
    """Write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    args = parser.parse_args()
    write(args.folder, args.count)


if __name__ == "__main__":
    main()
