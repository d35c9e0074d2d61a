"""What eligo knows of words: variables with their units, concepts with their parents, and scores of variables."""

from __future__ import annotations

from eligo.machine_code import folder_of

__path__ = [*folder_of("evaluation", "vocabulary"), *__path__]  # of the scores
