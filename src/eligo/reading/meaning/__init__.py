"""The tree of an item to what it means: one file a phenomenon, one function a rule of `grammar/criterion.lark`."""

from eligo.reading import folder_of_compiled

__path__ = [*folder_of_compiled("reading/meaning"), *__path__]
