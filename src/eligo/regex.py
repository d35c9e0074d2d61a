"""Regular expressions that are compiled when they are first used: a start meets many, and needs few.

`regex` is `re.compile`; what is wrong with an expression shows at its first use.
"""

from __future__ import annotations

__all__ = ["regex"]

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than all else here
if TYPE_CHECKING:
    from re import compile as regex
else:
    import re

    _METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")

    class regex:  # noqa: N801 - it stands for a function
        """A regular expression; its methods are empty slots until one is asked for, and cost nothing afterwards."""

        __slots__ = ("_given", *_METHODS)

        def __init__(self, expression, flags=0):
            self._given = expression, flags

        def __getattr__(self, name):
            compiled = re.compile(*self._given)
            for method in _METHODS:
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)
