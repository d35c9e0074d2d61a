"""The front door: rules from a folder, a patient against all of them or against one, a `Screening` as data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.criteria import Present
from eligo.data import data_dir
from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.explain import Screening, explain
from eligo.files import read_bytes
from eligo.isolation import Isolated
from eligo.patients.model import Patient
from eligo.plan import Plan, load_plan
from eligo.vocabulary.relations import relations

if TYPE_CHECKING:
    from eligo.answers.asked import AskedByRules
    from eligo.outlook.ahead import Ahead
    from eligo.ruleset import RuleSet

__all__ = ["Policy", "Rules", "Screening", "audit", "load_rules", "screen", "screen_ahead"]

SUFFIXES = (".yaml", ".yml")
NOT_RULES = (".cases.yaml", ".cases.yml")  # the tests of a rule set lie beside it


@dataclass(frozen=True, slots=True)
class Rules:
    """The trials of a folder, ready to meet patients, and what is wrong with the files that could not be used.

    `whole` are the trials of the folder where these are only some of them.
    """

    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...] = ()
    _engines: list[Engine] = field(default_factory=list, repr=False, compare=False)
    whole: tuple[Plan, ...] | None = None
    _asked: list[AskedByRules] = field(default_factory=list, repr=False, compare=False)

    def asked(self) -> AskedByRules:
        """What all the rules of the folder ask, in which answers of persons are looked up."""
        from eligo.answers.asked import AskedByRules  # lazily: most records hold no answers

        if not self._asked:
            self._asked.append(AskedByRules(self.whole or self.plans))
        return self._asked[0]

    def engine(self, policy: Policy | None = None) -> Engine:
        """The trials under a policy; the last engine is kept, since most callers use one policy for all patients."""
        policy = policy or Policy()
        if not self._engines or (self._engines[0].policy is not policy and self._engines[0].policy != policy):
            asked = {test.concept for plan in self.plans for test in plan.tests if isinstance(test, Present)}
            if asked:
                relations().prepare(asked)
            self._engines[:] = [Engine(self.plans, policy)]
        return self._engines[0]

    def only(self, trials: Iterable[str]) -> Rules:
        """The rules of the named trials; raise `EligoError` for a name that is not there."""
        known = {plan.trial.upper(): plan for plan in self.plans}
        chosen, problems = [], list[Problem]()
        for name in dict.fromkeys(trials):
            if name.upper() in known:
                chosen.append(known[name.upper()])
            else:
                problems.append(_unknown_trial(name, [plan.trial for plan in self.plans]))
        if problems:
            raise EligoError(problems)
        return Rules(tuple(chosen), self.problems, whole=self.whole or self.plans)

    def without(self, trials: Iterable[str]) -> Rules:
        """Rules of all but the named trials; raise `EligoError` for a name that is not there, or if none is left."""
        left_out = {plan.trial for plan in self.only(trials).plans}
        kept = tuple(plan for plan in self.plans if plan.trial not in left_out)
        if not kept:
            raise EligoError(Problem("no-rules", "no trial is left", help="leave out fewer with `--exclude-trial`"))
        return Rules(kept, self.problems, whole=self.whole or self.plans)


def load_rules(path: str | Path | None = None) -> Rules:
    """Load the rule sets of a folder (or one file): `path`, else `ELIGO_RULES`, else those that come with eligo.

    A file that cannot be used becomes problems, and the others are loaded all the same.
    """
    chosen = Path(path or os.environ.get("ELIGO_RULES") or data_dir("rules"))
    plans: dict[str, Plan] = {}
    problems = list[Problem]()
    for file in _rule_files(chosen):
        with Isolated(Place(str(file))) as unit:
            plan = _load(file)
        problems += unit.problems
        if unit.failed:
            continue
        if plan.trial in plans:
            message = f"the trial `{plan.trial}` has rules in another file of this folder too"
            problems.append(Problem("duplicate-trial", message, Place(str(file)), "keep one of the two files"))
        else:
            plans[plan.trial] = plan
    if not plans and not problems:
        help_text = "name the folder with `--rules` or in ELIGO_RULES"
        raise EligoError(Problem("no-rules", "the folder holds no rule sets (*.yaml)", Place(str(chosen)), help_text))
    return Rules(tuple(plans.values()), tuple(problems))


def screen(patient: Patient, rules: Rules | None = None, policy: Policy | None = None) -> Screening:
    """Meet a patient with every trial: verdicts, and the findings with their evidence.

    >>> from eligo.patients.native import read_patient
    >>> {t.verdict.value for t in screen(read_patient('{"as_of": "2026-11-20"}')).trials}
    {'UNDETERMINED'}
    """
    return explain((rules or load_rules()).engine(policy), patient)


def audit(patient: Patient, trial: str, rules: Rules | None = None, policy: Policy | None = None) -> Screening:
    """Meet a patient with one trial."""
    return screen(patient, (rules or load_rules()).only([trial]), policy)


def screen_ahead(patient: Patient, rules: Rules | None = None, policy: Policy | None = None) -> tuple[Screening, Ahead]:
    """Meet a patient with every trial, and look ahead.

    What comes after the screening is what to find out next, the smallest changes that would help, what each verdict
    hangs on, and until when it holds: as JSON data, which `eligo schema screening` describes.
    """
    from eligo.outlook.ahead import look_ahead  # lazily: most screenings do not look ahead

    rules = rules or load_rules()
    screening = screen(patient, rules, policy)
    return screening, look_ahead(rules.engine(policy), patient, screening)


def _rule_files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    try:
        names = sorted(path.iterdir())
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        problem = Problem("rules-folder", f"the rules cannot be read: {why}", Place(str(path)), "check `--rules`")
        raise EligoError(problem) from None
    return [p for p in names if p.name.endswith(SUFFIXES) and not p.name.endswith(NOT_RULES) and p.name[0] != "."]


def _load(file: Path) -> Plan:
    text = read_bytes(file, regular=True)

    def read() -> RuleSet:
        from eligo.ruleset import loads  # lazily: a plan from the cache needs neither YAML nor pydantic

        try:
            return loads(text.decode("utf-8-sig"), str(file))
        except UnicodeDecodeError as error:
            message = f"the file is not UTF-8 (byte {error.start})"
            raise EligoError(Problem("encoding", message, Place(str(file)), "save it as UTF-8")) from None

    return load_plan(text, read)


def _unknown_trial(name: str, known: list[str]) -> Problem:
    nearest = (
        did_you_mean(name, known)
        or f"there are rules for {', '.join(known) or 'no trial'}; `--rules` names another folder"
    )
    return Problem("unknown-trial", f"no rules for the trial `{name}`", help=nearest)
