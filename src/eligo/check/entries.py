"""What a rule set calls an entry of the dictionary, beside its id: the name is for people, and the id alone counts."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.findings import CheckFinding, CheckSubject
from eligo.check.logic import Path
from eligo.errors import Problem
from eligo.namedtuple import NamedTuple
from eligo.vocabulary.concepts import concepts
from eligo.yamltext import YamlText

CODE = "entry-name"


class WrongName(NamedTuple):
    """A name that is not one of the entry whose id stands beside it, the name that is, and the path of the two."""

    path: Path
    id: str
    written: str
    right: str

    @property
    def help(self) -> str:
        """What to do about it."""
        return f"write `name: {self.right}`, or the id of what is meant (`eligo concepts`)"


def check_entries(subject: CheckSubject) -> Iterator[CheckFinding]:
    """One finding for each wrong name."""
    for item in subject.items:
        for wrong in wrong_names(subject.lines.data["criteria"][item.index], ()):
            message = f"`{wrong.id}` is {wrong.right}, and `{item.id}` calls it `{wrong.written}`"
            yield subject.finding(CODE, "warning", message, item, path=(*wrong.path, "name"), fix=wrong.help)


def name_problems(lines: YamlText, file: str | None) -> Iterator[Problem]:
    """The same of a file, with their lines."""
    for wrong in wrong_names(lines.data, ()):
        message = f"`{wrong.id}` is {wrong.right}, and the file calls it `{wrong.written}`"
        yield Problem(CODE, message, lines.place((*wrong.path, "name"), file), wrong.help, "warning")


def wrong_names(data: object, path: Path) -> Iterator[WrongName]:
    """Every wrong name in a part of a file."""
    if isinstance(data, dict):
        if "concept" in data and "name" in data:
            id_, name = str(data["concept"]), str(data["name"])
            known = concepts().entry(id_)
            if known is not None and concepts().key(name) not in set(map(concepts().key, _names(id_))):
                yield WrongName(path, id_, name, known.name)
        for key, part in data.items():
            yield from wrong_names(part, (*path, str(key)))
    elif isinstance(data, list):
        for i, part in enumerate(data):
            yield from wrong_names(part, (*path, i))


def _names(id_: str) -> Iterator[str]:
    """All that an entry is called, also as the concept of the vocabulary that it is."""
    entry, concept = concepts().entry(id_), concepts().get(id_)
    if entry is not None:
        yield from (entry.name, *entry.names)
    if concept is not None:
        yield from concept.words
