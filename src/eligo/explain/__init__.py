"""Answers in, a Screening out: for each trial its verdict and a finding per criterion, with the evidence as data."""

from __future__ import annotations

from eligo.machine_code import folder_of

__path__ = [*folder_of("evaluation", "explain"), *__path__]

from eligo.explain.explaining import explain
from eligo.explain.findings import NO_CRITERIA, Finding, Screening, TrialScreening

__all__ = ["NO_CRITERIA", "Finding", "Screening", "TrialScreening", "explain"]
