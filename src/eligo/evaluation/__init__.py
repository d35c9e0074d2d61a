"""What a record says to one question: comparisons, presence, windows, scores, and the evidence of each answer."""

from __future__ import annotations

from eligo.machine_code import folder_of

__path__ = [*folder_of("evaluation", "evaluation"), *__path__]
