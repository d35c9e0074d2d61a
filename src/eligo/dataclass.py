"""Data classes as those of the standard library, made at a twentieth of its cost, since every start makes many.

`dataclass`, `field`, `fields`, `is_dataclass` and `replace` do what those of `dataclasses` do, as far as eligo uses
them. What the standard library compiles for each class when its module is imported is here either the same for all, or
compiled when the first object is made: most classes of a module get none in most runs. An object that is frozen is also
made faster. The functions of the standard library take these classes too; and its own are what a type checker sees.
"""

from __future__ import annotations

__all__ = ["dataclass", "field", "fields", "is_dataclass", "replace"]

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than all else here
if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, is_dataclass, replace
else:
    import functools
    from operator import attrgetter

    _MISSING = object()

    class Field:
        """A field of a data class: its name, what it is where nothing is given, and what it is used for.

        `default` is `MISSING` where there is none.
        """

        MISSING = _MISSING
        __slots__ = ("compare", "default", "default_factory", "init", "name", "repr", "type")

        def __init__(self, default=_MISSING, *, default_factory=_MISSING, init=True, repr=True, compare=True):  # noqa: A002 - as the standard library names it
            self.default, self.default_factory = default, default_factory
            self.init, self.repr, self.compare = init, repr, compare

    field = Field

    def fields(of):
        """The fields of a data class, or of an object of one, in their order."""
        return tuple(of.__fields__.values())

    def is_dataclass(of):
        """Whether it is a data class, or an object of one."""
        return hasattr(of, "__fields__")

    def replace(of, /, **changes):
        """An object like another one but for some of its fields."""
        cls = of.__class__
        given, places = _parts_of(cls)
        parts = list(given(of))
        for name, part in changes.items():
            if name not in places:
                raise TypeError(f"{cls.__qualname__} is given no field {name!r}")
            parts[places[name]] = part
        return cls(*parts)

    @functools.cache
    def _parts_of(cls):
        """What gives the parts that an object is made of, and the place of each."""
        names = [name for name, one in cls.__fields__.items() if one.init]
        given = attrgetter(*names) if len(names) > 1 else lambda of: [getattr(of, name) for name in names]
        return given, {name: place for place, name in enumerate(names)}

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True, init=True):
        """Make a data class of a class with annotated fields; with `init=False` it has an `__init__` of its own."""
        return (lambda given: _made(given, frozen, slots, eq)) if cls is None else _made(cls, frozen, slots, eq)

    def _made(cls, frozen, slots, eq):
        """Give a class its methods; with `slots` it is made anew, as a class cannot get them later."""
        own = _own_fields(cls)
        bases = [base.__fields__ for base in cls.__mro__[:0:-1] if "__fields__" in base.__dict__]
        found = {name: one for base in (*bases, own) for name, one in base.items()}
        cls.__fields__ = found
        cls.__dataclass_fields__ = _FOR_OTHERS
        methods = _methods(found, frozen, eq)
        for name, method in methods.items():
            if cls.__dict__.get(name) is None:  # what the class itself says stays; one with `__eq__` alone has no hash
                setattr(cls, name, method)
        return _with_slots(cls, own) if slots else cls

    def _own_fields(cls):
        """The fields that a class itself annotates; a default stays in the class, for those who ask it there."""
        found = {}
        for name, kind in cls.__annotations__.items():
            if isinstance(kind, str) and kind.startswith("ClassVar"):
                continue
            given = cls.__dict__.get(name, _MISSING)
            one = given if isinstance(given, Field) else Field(given)
            one.name, one.type = name, kind
            found[name] = one
            if one is given and one.default is _MISSING:
                delattr(cls, name)
            elif one is given:
                setattr(cls, name, one.default)
        return found

    def _methods(found, frozen, eq):
        """The methods of a class with these fields, made without compiling anything."""
        methods = {"__init__": _first("__init__", _init_of), "__repr__": _repr}
        methods["__match_args__"] = tuple(name for name, one in found.items() if one.init)
        if eq:
            methods |= {
                "__eq__": _first("__eq__", _eq_of),
                "__hash__": _first("__hash__", _hash_of) if frozen else None,
            }
        if frozen:
            methods |= {"__setattr__": _refuse, "__delattr__": _refuse}
            methods |= {"__reduce__": _reduced}
        return methods

    def _first(name, made_for):
        """A method that makes the right one of the class that has it, and puts that in its own place."""
        made = None

        def first(self, *args, **kwargs):
            nonlocal made
            cls = next((c for c in type(self).__mro__ if c.__dict__.get(name) is first), None)
            if cls is not None:  # else another thread was here
                made = made_for(cls)
                made.__name__, made.__qualname__ = name, f"{cls.__qualname__}.{name}"
                setattr(cls, name, made)
            return made(self, *args, **kwargs)

        return first

    def _compared(cls, of):
        """The source of a tuple of all fields that count when two objects are compared."""
        return f"({''.join(f'{of}.{name}, ' for name, one in cls.__fields__.items() if one.compare)})"

    def _eq_of(cls):
        same = f"{_compared(cls, 'self')} == {_compared(cls, 'other')}"
        return _function("self, other", f"return {same} if other.__class__ is self.__class__ else NotImplemented", {})

    def _hash_of(cls):
        return _function("self", f"return hash({_compared(cls, 'self')})", {})

    def _function(parameters, body, names):
        exec(f"def made({parameters}):\n {body}", names)
        return names["made"]

    def _init_of(cls):
        """What sets the fields of a class."""
        names = {"_missing": _MISSING}
        heads, body = ["self"], []
        frozen = cls.__setattr__ is _refuse
        for name, one in cls.__fields__.items():
            value = name
            if one.default_factory is not _MISSING:
                names[f"_make_{name}"] = one.default_factory
                value = f"_make_{name}() if {name} is _missing else {name}" if one.init else f"_make_{name}()"
            elif not one.init and one.default is _MISSING:
                continue
            if one.init and one.default is not _MISSING:
                names[f"_of_{name}"] = one.default
            if one.init:
                heads.append(_head(one))
            if frozen:  # the class refuses it, its slots do not
                names[f"_set_{name}"] = getattr(cls, name).__set__
            body.append(f"_set_{name}(self, {value})" if frozen else f"self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            body.append("self.__post_init__()")
        return _function(", ".join(heads), "\n ".join(body or ["pass"]), names)

    def _head(one):
        if one.default_factory is not _MISSING:
            return f"{one.name}=_missing"
        return one.name if one.default is _MISSING else f"{one.name}=_of_{one.name}"

    def _with_slots(cls, own):
        inherited = {slot for base in cls.__mro__[1:] for slot in base.__dict__.get("__slots__", ())}
        body = {name: part for name, part in cls.__dict__.items() if name not in own}
        body["__slots__"] = tuple(name for name in own if name not in inherited)
        body.pop("__dict__", None)
        body.pop("__weakref__", None)
        made = type(cls)(cls.__name__, cls.__bases__, body)
        made.__qualname__ = cls.__qualname__
        return made

    def _repr(self):
        shown = (f"{name}={getattr(self, name)!r}" for name, one in self.__fields__.items() if one.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def _refuse(self, name, *value):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")

    def _reduced(self):
        """What a copy, or an object in another process, is made of."""
        return _with_state, (self.__class__, [getattr(self, name) for name in self.__fields__])

    def _with_state(cls, state):
        made = cls.__new__(cls)
        for name, value in zip(cls.__fields__, state, strict=True):
            getattr(cls, name).__set__(made, value)  # the class refuses it, its slots do not
        return made

    class _ForOthers:
        """What the functions of the standard library ask a data class for, made when they do."""

        def __get__(self, _, cls):
            return _for_others(cls)

    @functools.cache
    def _for_others(cls):
        from dataclasses import field, make_dataclass  # lazily: its import is a good part of what is spared here

        found = []
        for name, one in cls.__fields__.items():
            given = {key: getattr(one, key) for key in ("init", "repr", "compare")}
            given |= {
                key: made for key in ("default", "default_factory") if (made := getattr(one, key)) is not _MISSING
            }
            found.append((name, one.type, field(**given)))
        return make_dataclass(cls.__name__, found).__dataclass_fields__

    _FOR_OTHERS = _ForOthers()
    _PARTS = ("default", "default_factory", "init", "repr", "compare")
