"""Named tuples as those of `typing`, made at a fifth of its cost, since every start makes many.

They do what the standard library's do, as far as eligo uses them; its own are what a type checker sees. What it
compiles for each class, and for the type of each field, is compiled here when the first tuple is made, or not at all.
"""

from __future__ import annotations

__all__ = ["NamedTuple"]

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than all else here
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    # What gives a part of a tuple by its name, as fast as the standard library's own.
    _Part = type(namedtuple("_Part", "part").part)

    class _Maker(type):
        """Makes a plain class of tuples of one with annotated fields."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            names = tuple(body.get("__annotations__", ()))
            defaults = {one: body[one] for one in names if one in body}
            body |= {one: _Part(place, None) for place, one in enumerate(names)}
            given = {"__slots__": (), "__match_args__": names, "_fields": names, "_field_defaults": defaults}
            made = type.__new__(type, name, (tuple,), _METHODS | given | body)
            made.__new__ = staticmethod(_first_new(made))
            return made

    class NamedTuple(metaclass=_Maker):
        """The base of named tuples."""

    def _first_new(cls):
        """What puts the right `__new__` in its own place: a function with the fields as its parameters."""

        def __new__(of, *args, **kwargs):  # noqa: N807
            names = ", ".join(cls._fields)
            code = f"lambda _of, {names}: _new(_of, ({names},))" if names else "lambda _of: _new(_of)"
            made = eval(code, {"_new": tuple.__new__, "__builtins__": {}})
            made.__defaults__, made.__name__ = tuple(cls._field_defaults.values()), "__new__"
            made.__qualname__ = f"{cls.__qualname__}.__new__"
            cls.__new__ = staticmethod(made)
            return made(of, *args, **kwargs)

        return __new__

    def _make(cls, parts):
        made = tuple.__new__(cls, parts)
        if len(made) != len(cls._fields):
            raise TypeError(f"expected {len(cls._fields)} parts, got {len(made)}")
        return made

    def _replace(self, /, **changes):
        made = self._make(map(changes.pop, self._fields, self))
        if changes:
            raise ValueError(f"there are no such fields: {', '.join(changes)}")
        return made

    def _asdict(self):
        return dict(zip(self._fields, self, strict=True))

    def _repr(self):
        parts = zip(self._fields, self, strict=True)
        return f"{self.__class__.__name__}({', '.join(f'{name}={part!r}' for name, part in parts)})"

    _METHODS = {
        "_make": classmethod(_make),
        "_replace": _replace,
        "_asdict": _asdict,
        "__repr__": _repr,
        "__getnewargs__": lambda self: tuple(self),
    }
