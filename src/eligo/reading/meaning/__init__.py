"""The tree of an item to what it means: one file a phenomenon, one function a rule of `grammar/criterion.lark`."""

from eligo.machine_code import folder_of

__path__ = [*folder_of("reading", "reading/meaning"), *__path__]
