"""Plans and a patient in, verdicts and the answers that give them out."""

from __future__ import annotations

from eligo.machine_code import folder_of

__path__ = [*folder_of("evaluation", "evaluate"), *__path__]

from eligo.evaluate.engine import VERDICT, Engine, Ready, Trial, answer_of
from eligo.evaluation.truths import BLOCKS, OPEN, PASSES

__all__ = ["BLOCKS", "OPEN", "PASSES", "VERDICT", "Engine", "Ready", "Trial", "answer_of"]
