"""The build steps: machine code of the reader and of evaluation, and the dictionary in the form that is looked up.

mypyc makes the same modules nearly twice as fast. What comes out is a package of its own, `eligo_compiled`, with the
digests of the sources that its parts were made from; `eligo/machine_code.py` takes a part only where the sources are
still those. Where there is no C compiler, or anything else goes wrong, the package is built without it. `ELIGO_PURE=1`
leaves the step out.

The dictionary's table becomes a file of sorted hashes (`eligo/vocabulary/dictionary_file.py`); a checkout makes it at
its first use.
"""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# One group: the modules of all parts share one library, and call one another without a look-up.
GROUP = "eligo"
# The build sees no library but its own tools; what it does not see has no types.
OPTIONS = ("--config-file=", "--ignore-missing-imports", "--python-version", f"3.{sys.version_info.minor}")


class Built(BuildHookInterface):
    """Adds `eligo_compiled` to the wheel, or to the editable install, and the dictionary to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make both, unless these sources were compiled before."""
        if self.target_name != "wheel":
            return
        source = Path(self.root, "src")
        sys.path.insert(0, str(source))
        if version != "editable":
            self.add_dictionary(build_data)
        if not os.environ.get("ELIGO_PURE"):
            self.add_machine_code(source, version, build_data)

    def add_dictionary(self, build_data: dict[str, Any]) -> None:
        """Put the dictionary into the wheel, with the credits of its sources; else the table that it is made of."""
        folder, made = Path(self.root, "vocabularies"), Path(self.root, "build", "dictionary.bin")
        given = {folder / "NOTICE.md": "NOTICE.md"}
        try:
            make_dictionary(folder / "dictionary.tsv.xz", Path(self.root, "grammar", "concepts.yaml"), made)
            given[made] = made.name
        except ImportError as error:
            self.app.display_warning(f"the first run makes the dictionary: {error}")
            given[folder / "dictionary.tsv.xz"] = "dictionary.tsv.xz"
        build_data["force_include"] |= {str(path): f"eligo/_data/vocabularies/{name}" for path, name in given.items()}

    def add_machine_code(self, source: Path, version: str, build_data: dict[str, Any]) -> None:
        """Compile the modules of each part, or take what was compiled of them before."""
        from eligo.machine_code import sources_digest  # now that it can be found

        digests = {part: sources_digest(part) for part in self.config["parts"]}
        name = "-".join([sysconfig.get_config_var("SOABI"), *(digest[:12] for digest in digests.values())])
        made = Path(self.root, "build", "compiled", name)
        try:
            if not made.is_dir():
                make(source, self.config["parts"], made, digests)
        except (Exception, SystemExit) as error:  # mypyc exits where it cannot go on
            self.app.display_warning(f"the sources stay as they are, not compiled: {type(error).__name__}: {error}")
            return
        kept = "force_include_editable" if version == "editable" else "force_include"
        build_data[kept] |= {str(path): path.name for path in made.iterdir()}
        build_data |= {"pure_python": False, "infer_tag": True}


def make_dictionary(table: Path, vocabulary: Path, made: Path) -> None:
    """Make the file of the table, with the spellings of the vocabulary."""
    from eligo.vocabulary.dictionary_file import packed_table  # now that it can be found
    from eligo.yamltext import read_yaml

    spellings = read_yaml(vocabulary.read_text("utf-8"), vocabulary.name).data["spellings"]
    made.parent.mkdir(parents=True, exist_ok=True)
    made.write_bytes(packed_table(table, [list(pair) for pair in spellings.items()]))


def make(source: Path, parts: Mapping[str, Mapping[str, list[str]]], made: Path, digests: Mapping[str, str]) -> None:
    """Compile all parts into the folder `made`, in the place of what older sources gave."""
    for older in made.parent.glob("*"):
        shutil.rmtree(older)
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as temporary:
        folder = Path(temporary)
        compile_modules([path for chosen in parts.values() for path in modules_of(source, chosen)], folder)
        # The library lies beside the packages; the modules get one of their own, away from the sources.
        package = folder / "lib" / "eligo"
        package.joinpath("__init__.py").write_text(f'"""Made by the build."""\n\nDIGESTS = {digests!r}\n', "utf-8")
        package.rename(folder / "lib" / "eligo_compiled")
        (folder / "lib").rename(made)


def modules_of(source: Path, chosen: Mapping[str, list[str]]) -> list[str]:
    """The modules of a part, but for those that are left as they are."""
    found = [path for pattern in chosen["modules"] for path in sorted(source.glob(pattern))]
    return [str(path) for path in found if path.name not in chosen["left"]]


def compile_modules(paths: list[str], folder: Path) -> None:
    """Put the compiled modules and their library into `folder`/lib."""
    from mypyc.build import mypycify
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    extensions = mypycify(
        [*OPTIONS, f"--cache-dir={folder / 'types'}", *paths],
        opt_level="1",  # as fast here as 3, in half the time
        debug_level="0",
        multi_file=True,
        target_dir=str(folder / "c"),
        group_name=GROUP,
    )
    command = build_ext(Distribution({"ext_modules": extensions}))
    command.build_lib, command.build_temp = str(folder / "lib"), str(folder / "temp")
    command.parallel = os.cpu_count()
    command.ensure_finalized()
    command.run()
