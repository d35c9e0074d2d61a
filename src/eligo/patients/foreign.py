"""The beginning of a file in, a `Problem` that names its format out where it is one that eligo does not read."""

from __future__ import annotations

import re

from eligo.errors import Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.regex import regex

SUFFIXES = (
    ".xml",
    ".cda",
    ".hl7",
    ".er7",
    ".x12",
    ".edi",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".ods",
    ".parquet",
    ".pdf",
    ".docx",
    ".rtf",
    ".zip",
    ".gz",
)
_AS_CSV = "save the sheet as CSV in UTF-8; `docs/patients.md` shows what its columns may be"
_AS_JSON = "ask for FHIR in JSON (`_format=json`, or `Accept: application/fhir+json`)"
_TO_FHIR = "convert it to FHIR in JSON first"

_JSON_BEGINS = (b"{", b"[")
_RTF = rb"{\rtf"


class _Format(NamedTuple):
    begins: re.Pattern[bytes]
    name: str
    help: str


_FORMATS = (
    _Format(regex(rb"PK\x03\x04(?=.{0,4000}?(xl/|\[Content_Types\]))", re.DOTALL), "an Excel workbook (xlsx)", _AS_CSV),
    _Format(regex(rb"PK\x03\x04(?=.{0,200}?opendocument)", re.DOTALL), "a spreadsheet (ods)", _AS_CSV),
    _Format(regex(rb"PK\x03\x04|\x1f\x8b"), "a packed archive", "unpack it first"),
    _Format(regex(rb"\xd0\xcf\x11\xe0"), "an old Excel or Word file (xls, doc)", _AS_CSV),
    _Format(regex(rb"%PDF"), "a PDF", "a record is FHIR in JSON, native JSON or a CSV table"),
    _Format(regex(rb"\{\\rtf"), "a text with formatting (RTF)", "a record is FHIR in JSON, native JSON or a CSV table"),
    _Format(regex(rb"PAR1"), "a Parquet file", "write it as CSV or NDJSON"),
    _Format(regex(rb"\s*(\x0b)?(FHS|BHS|MSH)\|"), "HL7 v2", _TO_FHIR),
    _Format(regex(rb"ISA\*|UNA:\+|UNB\+"), "an EDI message", _TO_FHIR),
    _Format(regex(rb"\s*<(?=.{0,4000}?ClinicalDocument)", re.DOTALL), "C-CDA (a clinical document in XML)", _TO_FHIR),
    _Format(regex(rb"\s*<(?=.{0,4000}?http://hl7\.org/fhir)", re.DOTALL), "FHIR in XML", _AS_JSON),
    _Format(regex(rb"\s*<(?=.{0,4000}?urn:hl7-org:v[23])", re.DOTALL), "HL7 v3 or v2 in XML", _TO_FHIR),
    _Format(
        regex(rb"\s*<(!DOCTYPE html|html)", re.IGNORECASE),
        "a web page",
        "a server may have answered with an error page",
    ),
    _Format(regex(rb"\s*<[?!A-Za-z]"), "XML", _TO_FHIR),
)


def foreign(head: bytes, place: Place) -> Problem | None:
    """Say what a file is, by its first bytes, where it is of a format that is not read."""
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if plain[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Problem("file-encoding", "the file is in UTF-16", place, "save it as UTF-8")
    if plain.lstrip()[:1] in _JSON_BEGINS and not plain.startswith(_RTF):
        return None  # at once: so do nearly all
    for known in _FORMATS:
        if known.begins.match(plain):
            return Problem("format-not-read", f"this is {known.name}, which is not read", place, known.help)
    return None
