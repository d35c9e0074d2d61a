"""How long a verdict and an explanation take for each pair of a patient and a trial, and how fast lines are read.

Beside a verdict stand the way that runs every test, and a function for one trial as somebody would write it by hand.

`python -m bench.speed`: the pairs in the process, with the shipped rules; the lines as a whole process and by its
parts; all on one core. The patients are made by a seeded generator; none is a person.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench import bulk as bulk_bench
from bench import by_hand
from bench.measure import Measure
from eligo import ruleset
from eligo.commands import bulk
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.patients.model import Fact, FactKind, PartialDate, Patient, Result
from eligo.plan import Plan, compile_rules
from eligo.reading.parse import parse, read_item, tokenise
from eligo.reading.tokens import scan
from tests.plain import Plain

RULES = Path(__file__).resolve().parents[1] / "rules"
LINES = Path(__file__).resolve().parents[2] / "shared" / "gold" / "lct_dev.jsonl"
AS_OF = date(2026, 11, 20)
TARGETS = {"verdict": 5.0, "explanation": 20.0, "score": 15.0}  # microseconds for a pair, and for a score
SLOWEST = 6.0  # times what a function for one trial takes that somebody writes by hand
SCORE = "organ_failures"  # the one with the most inputs

# Variable: lowest and highest value, digits, and the share of the patients in whom it is known.
VALUES: dict[str, tuple[float, float, int, float]] = {
    "weight": (35, 110, 0, 0.9),
    "height": (150, 190, 0, 0.7),
    "total_bilirubin": (8, 500, 0, 0.9),
    "inr": (0.9, 3.5, 2, 0.8),
    "prothrombin_activity": (15, 110, 0, 0.4),
    "prothrombin_time": (11, 35, 1, 0.4),
    "platelets": (10, 300, 0, 0.9),
    "albumin": (20, 48, 0, 0.8),
    "creatinine": (45, 300, 0, 0.9),
    "sodium": (125, 145, 0, 0.7),
    "hemoglobin": (70, 160, 0, 0.9),
    "alt": (10, 600, 0, 0.8),
    "oxygen_saturation": (88, 100, 0, 0.6),
    "lactate": (0.5, 6, 1, 0.3),
    "mean_arterial_pressure": (55, 105, 0, 0.4),
    "hepatic_encephalopathy_grade": (0, 4, 0, 0.5),
    "ascites_grade": (0, 3, 0, 0.4),
    "treatment_duration": (1, 20, 0, 0.5),
    "alcohol_intake": (0, 120, 0, 0.3),
}
FACTS: dict[str, tuple[FactKind, float]] = {
    "cirrhosis": ("condition", 0.3),
    "decompensated_cirrhosis": ("condition", 0.4),
    "acute_on_chronic_liver_failure": ("condition", 0.5),
    "hepatitis_b": ("condition", 0.6),
    "hepatitis_c": ("condition", 0.1),
    "ascites": ("condition", 0.5),
    "hepatic_encephalopathy": ("condition", 0.2),
    "gastrointestinal_bleeding": ("condition", 0.2),
    "fatigue": ("condition", 0.4),
    "hepatocellular_carcinoma": ("condition", 0.05),
    "hiv_infection": ("condition", 0.03),
    "alcohol_abuse": ("condition", 0.15),
    "liver_transplantation": ("procedure", 0.05),
    "systemic_corticosteroids": ("medication", 0.1),
}
RULED_OUT = ("malignancy", "hiv_infection", "pregnancy", "lactation", "sepsis", "drug_abuse", "tuberculosis", "tips")


def patients(count: int, seed: int = 1) -> list[Patient]:
    """Patients of a liver ward, each with what a record of one holds."""
    luck = random.Random(seed)
    return [_patient(luck, number) for number in range(count)]


def _patient(luck: random.Random, number: int) -> Patient:
    def day(most: int) -> PartialDate:
        found = AS_OF - timedelta(days=luck.randrange(most))
        return PartialDate(found, found)

    results = {}
    for variable, (low, high, digits, known) in VALUES.items():
        if luck.random() < known:
            found = []
            for _ in range(luck.choice((1, 1, 2, 3))):
                value = round(luck.uniform(low, high), digits)
                found.append(Result(variable, value, value, date=day(60), value=value))
            results[variable] = tuple(sorted(found, key=lambda r: r.date.first if r.date else AS_OF, reverse=True))
    facts = {
        concept: (Fact(concept, kind, luck.choice(("active", "active", "resolved")), day(900)),)
        for concept, (kind, known) in FACTS.items()
        if luck.random() < known
    }
    birth = AS_OF - timedelta(days=luck.randrange(16 * 365, 80 * 365))
    return Patient(
        f"patient-{number}",
        AS_OF,
        PartialDate(birth, birth),
        luck.choice(("male", "female")),
        results,
        facts,
        frozenset(c for c in RULED_OUT if c not in facts and luck.random() < 0.5),
        frozenset(luck.choice(((), (), ("conditions",), ("conditions", "procedures", "medications")))),
        {name: True for name in ("informed_consent", "contraception") if luck.random() < 0.5},
    )


def plans(rules: Path = RULES) -> list[Plan]:
    """All rule sets of a folder, as plans."""
    files = sorted(f for f in rules.glob("*.yaml") if not f.name.endswith(".cases.yaml"))
    return [compile_rules(ruleset.load(file)) for file in files]


def engine(rules: Path = RULES) -> Engine:
    """The engine of all rule sets of a folder."""
    return Engine(plans(rules))


def per_pair(run: Callable[[Patient], object], who: list[Patient], trials: int, rounds: int = 5) -> float:
    """Microseconds of CPU for a pair: the fastest of several rounds over all patients, so that others count least."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for patient in who:
            run(patient)
        times.append(time.process_time() - start)
    return min(times) / len(who) / trials * 1e6


def per_score(made: Engine, who: list[Patient], rounds: int = 5) -> float:
    """Microseconds of CPU for a score that is worked out from what the record has of its inputs."""
    test = next(made.tests[n] for n, asked in enumerate(made.asked) if getattr(asked, "variable", None) == SCORE)
    times = []
    for _ in range(rounds):
        charts = [made.answers(patient).chart for patient in who]
        start = time.process_time()
        for chart in charts:
            test(chart)
        times.append(time.process_time() - start)
    return min(times) / len(who) * 1e6


def pairs(who: list[Patient]) -> Iterator[Measure]:
    """Give the microseconds of a verdict and of an explanation, beside other ways to them."""
    shipped = plans()
    made, plain = Engine(shipped), Plain(shipped)
    stated = sum(bool(trial.plan.criteria) for trial in made.trials)  # a trial without criteria would flatter the mean
    one = Engine(plan for plan in shipped if plan.trial == by_hand.TRIAL)
    alone, written = per_pair(one.verdicts, who, 1), per_pair(by_hand.verdict, who, 1)
    verdict = per_pair(made.verdicts, who, stated)
    all_run = per_pair(lambda p: plain.judged(plain.outcomes(p)), who, stated)
    explanation = per_pair(lambda p: explain(made, p), who, stated)
    yield Measure("verdict of a patient and a trial", verdict, "us", TARGETS["verdict"])
    yield Measure("  the same by running every test", all_run, "us")
    yield Measure(f"  {by_hand.TRIAL} alone", alone, "us")
    yield Measure(f"  {by_hand.TRIAL} by a function written by hand", written, "us")
    yield Measure("  verdict / that function", verdict / written, "x", SLOWEST)
    yield Measure("verdict and explanation of a patient and a trial", explanation, "us", TARGETS["explanation"])
    yield Measure("a score of six organs", per_score(made, who), "us", TARGETS["score"])


def start_up(rounds: int = 5) -> float:
    """Milliseconds of a whole process that reads one short line."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        command = [sys.executable, "-m", "eligo", "parse", "--jsonl", "-"]
        subprocess.run(command, input=b'{"text": "Age"}', stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def reading(source: Path) -> dict[str, float]:
    """Microseconds of CPU for a line that nothing else is kept of: each step with all that come before it."""
    rows = [bulk.json_row(line) for line in source.read_bytes().splitlines()]
    lines = list(dict.fromkeys((row["text"], row.get("section") or "inclusion") for row in rows))
    steps: dict[str, Callable[[str, Any], object]] = {
        "words": lambda text, kind: scan(text),
        "tokens": lambda text, kind: tokenise(text),
        "trees": lambda text, kind: parse(text),
        "predicates": lambda text, kind: read_item(text, kind, why=False),
        "with reasons": lambda text, kind: read_item(text, kind),
        "JSON": bulk.answer_of,
    }
    found: dict[str, float] = {}
    gc.disable()
    for name, step in steps.items():
        times = []
        for _ in range(5):
            start = time.process_time()
            for text, kind in lines:
                step(text, kind)
            times.append(time.process_time() - start)
        found[name] = min(times) / len(lines) * 1e6
    gc.enable()
    return found


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=Path, default=RULES)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--lines", type=Path, default=LINES, help="lines of JSON with eligibility text")
    args = parser.parse_args()
    if args.lines.is_file():
        for measure in bulk_bench.measure(args.lines):
            print(f"{measure.name}: {measure.value:.0f} {measure.unit}")
        print(f"  start-up {start_up():11.0f} ms with one line")
        for name, microseconds in reading(args.lines).items():
            print(f"  {name:12} {microseconds:7.1f} us for a distinct line, with all steps before")
    made, who = engine(args.rules), patients(args.patients)
    stated = sum(bool(trial.plan.criteria) for trial in made.trials)
    criteria = statistics.mean(len(t.plan.criteria) for t in made.trials if t.plan.criteria)
    verdicts = Counter(v.value for patient in who for v in made.verdicts(patient))
    print(f"{len(who)} patients, {stated} trials with {criteria:.0f} criteria each, {len(made.asked)} distinct tests")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(verdicts.items())))
    for measure in pairs(who[:200]):
        target = f" (target {measure.target:g})" if measure.target is not None else ""
        print(f"  {measure.name:50} {measure.value:7.1f} {measure.unit}{target}")
    runs: dict[str, Callable[[Patient], object]] = {
        "evidence": lambda p: [f.evidence for t in explain(made, p).trials for f in t.findings],
        "JSON": lambda p: explain(made, p).as_json(),
    }
    for name, run in runs.items():
        print(f"  {name:50} {per_pair(run, who[:200], stated):7.1f} us")


if __name__ == "__main__":
    main()
