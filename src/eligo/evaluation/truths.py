"""The truths and bearings, each bound once: to look up the member of an enum is a function call in Python 3.11."""

from __future__ import annotations

from typing import Final

from eligo.truth import Bearing, Truth

MET: Final = Truth.MET
UNKNOWN: Final = Truth.UNKNOWN
NOT_MET: Final = Truth.NOT_MET
PASSES: Final = Bearing.PASSES
BLOCKS: Final = Bearing.BLOCKS
OPEN: Final = Bearing.OPEN
