"""The printable page: all that the data holds is said, in order, without colour, script or network."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.errors import Place, Problem
from eligo.patients.native import read_file
from eligo.report import answer_words, outlook_words, words
from eligo.report.display import with_names
from eligo.report.html import page, style
from eligo.report.measures import as_written
from eligo.report.outlook_words import tally
from eligo.report.page.markup import SHAPE, anchor
from eligo.report.page.summary import About
from eligo.report.terminal import clean
from eligo.report.text import nearest_first
from eligo.report.units import printed, printed_after_number
from eligo.screening import Rules, load_rules, screen
from eligo.truth import Reason
from eligo.vocabulary.unit_spellings import common
from tests.doors import DOORS
from tests.golden import Golden
from tests.measured import outlook_as_data

CASES = Path(__file__).parent / "cases" / "report"
OUTLOOK = outlook_as_data(json.loads((CASES / "outlook.json").read_text("utf-8")))
PHRASES = outlook_as_data(yaml.safe_load((CASES / "phrases.yaml").read_text("utf-8")))
PATIENTS = sorted((DOORS / "patients").glob("*.json"))


class Page(HTMLParser):
    """Collects what the tests ask about a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def all(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [str(attributes[attribute]) for _, attributes in self.tags if attribute in attributes]


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Made-up trials with every kind of criterion."""
    return load_rules(DOORS / "rules")


@pytest.fixture(scope="module")
def shipped(root: Path) -> dict[str, Any]:
    """An example patient against the trials that come with eligo, with an outlook."""
    data = screen(read_file(root / "patients_examples" / "low_platelets.json"), load_rules()).as_json()
    for trial in data["trials"]:
        trial |= {"outlook": OUTLOOK[trial["trial"]]} if trial["trial"] in OUTLOOK else {}
    return data


def _data(rules: Rules, name: str, trial: str | None = None) -> dict[str, Any]:
    patient = read_file(DOORS / "patients" / f"{name}.json")
    return screen(patient, rules.only([trial]) if trial else rules).as_json()


def test_the_page_of_one_trial_is_kept_whole(rules: Rules, golden: Golden) -> None:
    golden.check("audit_low_platelets.html", page(_data(rules, "low_platelets", "NCT00000001")))


def test_the_page_is_well_formed_and_has_landmarks(rules: Rules, shipped: dict[str, Any]) -> None:
    for data in (_data(rules, "low_platelets", "NCT00000001"), _data(rules, "hopeful"), shipped):
        parsed = Page(page(data))
        tags = [tag for tag, _ in parsed.tags]
        ids = parsed.all("id")
        labels = {name for value in parsed.all("aria-labelledby") for name in value.split()}

        assert parsed.open == []
        assert {"header", "nav", "main", "footer", "section", "article", "h1", "h2"} <= set(tags)
        assert tags.count("h1") == tags.count("main") == 1
        assert ("html", {"lang": "en"}) in parsed.tags
        assert len(set(ids)) == len(ids)
        assert {f"#{i}" for i in ids} >= set(parsed.all("href"))
        assert set(ids) >= labels


def test_headings_skip_no_level(shipped: dict[str, Any]) -> None:
    levels = [int(tag[1]) for tag, _ in Page(page(shipped)).tags if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert all(later - level <= 1 for level, later in itertools.pairwise(levels))


def test_the_page_asks_no_network_for_anything(shipped: dict[str, Any]) -> None:
    html = page(shipped)
    parsed = Page(html)

    assert not {tag for tag, _ in parsed.tags} & {"script", "link", "img", "iframe", "object", "embed", "form"}
    assert all(href.startswith("#") for href in parsed.all("href"))
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_the_page_says_all_that_the_text_says(rules: Rules) -> None:
    for patient in PATIENTS:
        data = _data(rules, patient.stem)
        text = Page(page(data)).text
        for trial in data["trials"]:
            ids = [finding["id"] for finding in trial["criteria"]]
            assert all(with_names(note, ids).casefold() in text.casefold() for note in trial.get("notes", ()))
            for finding in trial["criteria"]:
                assert f"({finding['id']}): {words.headline(finding)}" in text
                assert clean(finding["text"]) in text
                assert all(words.evidence_line(e) in text for e in words.deciding(finding))


def test_trials_stand_in_the_order_of_the_text_view_in_the_strip_and_below(shipped: dict[str, Any]) -> None:
    parsed = Page(page(shipped))
    wanted = [trial["trial"] for trial in sorted(shipped["trials"], key=nearest_first)]
    sections = [str(a["id"]) for tag, a in parsed.tags if tag == "section"]
    links = [href[1:] for href in parsed.all("href") if href[1:] in wanted]

    assert sections == wanted
    assert [link for link in links if link in wanted][-len(wanted) :] == wanted


def test_the_strip_says_verdict_and_counts_in_words(shipped: dict[str, Any]) -> None:
    strip = page(shipped).partition("<nav")[2].partition("</nav>")[0]
    lines = re.split(r'<li class="(?:[A-Z]+|near)">', strip)[1:]
    said = [" ".join(re.sub("<[^>]+>", "", line).split()) for line in lines]

    assert len(said) == len(shipped["trials"])
    for trial in shipped["trials"]:
        (line,) = (one for one in said if trial["trial"] in one)
        assert outlook_words.verdict_words(trial).capitalize() in line
        assert trial["title"] in line
        assert all(f"{arm['label']}: {answer_words.VERDICT[arm['verdict']]}" in line for arm in trial.get("arms", ()))
        if trial["criteria"]:
            assert all(f"{word} {count}" in line for word, count in tally(trial))


def test_a_near_miss_has_a_word_and_a_shape_of_its_own(shipped: dict[str, Any]) -> None:
    trial = next(trial for trial in shipped["trials"] if trial["verdict"] == "INELIGIBLE")
    plain = page(shipped | {"trials": [trial]})
    near = page(shipped | {"trials": [trial | {"near": True}]})

    assert "Ineligible, near miss" in near
    assert "Ineligible, near miss" not in plain
    strips = [html.partition("<nav")[2].partition("<strong")[0] for html in (plain, near)]
    assert strips[0].partition("<svg")[2] != strips[1].partition("<svg")[2]


def test_a_criterion_that_two_trials_share_is_linked_to_its_own_trial(shipped: dict[str, Any]) -> None:
    parsed = Page(page(shipped))
    for trial in shipped["trials"]:
        for id_ in (*trial["blocks"], *trial["open"]):
            assert f"#{anchor(trial['trial'], id_)}" in parsed.all("href")


def test_every_part_of_the_outlook_is_said(shipped: dict[str, Any]) -> None:
    text = Page(page(shipped)).text.casefold()
    said: list[str] = []
    for outlook in OUTLOOK.values():
        for item in outlook.get("next", ()):
            said += [outlook_words.question(item), outlook_words.why(item), outlook_words.settles(item)]
            said += answer_words.answers(item)
        said += map(outlook_words.attestation, outlook.get("attest", ()))
        said += [outlook_words.to_read(outlook.get("read", ()))]
        if changes := outlook.get("changes"):
            said += outlook_words.change_sets(changes) + outlook_words.after_changes(changes)
        said += outlook_words.hangs_on(outlook["sensitivity"])
        said += [outlook_words.holds_until(outlook["expiry"]), *outlook_words.expiry_causes(outlook["expiry"])]

    assert len(said) > 25
    assert [words_ for words_ in said if words_.casefold() not in text] == []


def test_a_set_of_changes_that_cannot_be_made_is_marked(shipped: dict[str, Any]) -> None:
    sets = OUTLOOK["NCT05727722"]["changes"]["sets"]

    assert page(shipped).count("cannot change</span>") == sum(one["fixed"] for one in sets) == 1


def test_a_trial_without_criteria_has_no_empty_lists(shipped: dict[str, Any]) -> None:
    (trial,) = (trial for trial in shipped["trials"] if not trial["criteria"])
    html = page(shipped | {"trials": [trial]})

    assert "Blocks" not in html
    assert "no criteria" in html
    assert not re.search(r"<(ul|ol)[^>]*>\s*</", html)


def test_a_screening_of_no_trial_is_a_page_too(shipped: dict[str, Any]) -> None:
    parsed = Page(page(shipped | {"trials": []}))

    assert parsed.open == []
    assert "0 trials" in parsed.text


@pytest.mark.parametrize("case", PHRASES, ids=lambda case: f"{case['say']}: {case['words']}")
def test_the_outlook_is_said_in_plain_words(case: dict[str, Any]) -> None:
    module = outlook_words if hasattr(outlook_words, case["say"]) else answer_words

    assert getattr(module, case["say"])(case["of"]) == case["words"]


def test_every_phrase_of_the_outlook_is_a_case() -> None:
    said = {case["say"] for case in PHRASES}
    public = {n for n, f in vars(outlook_words).items() if getattr(f, "__module__", "") == outlook_words.__name__}

    assert {n for n in public if n[0] != "_"} - said == {"name_of", "tally"}
    assert "answers" in said


def test_every_reason_to_ask_is_said_in_words() -> None:
    # An attestation and a sentence to read are not asked for, but listed apart.
    assert set(outlook_words.WHY) == {reason.value for reason in Reason} - {"needs_attestation"}


@pytest.mark.parametrize(
    ("unit", "after", "alone"),
    [
        ("10*9/L", "× 10⁹/L", "10⁹/L"),
        ("10*-3.mol", "× 10⁻³.mol", "10⁻³.mol"),
        ("/uL", "/µL", "/µL"),
        ("umol/L", "µmol/L", "µmol/L"),
        ("u[IU]/mL", "µIU/mL", "µIU/mL"),
        ("mm[Hg]", "mmHg", "mmHg"),
        ("[wood'U].m2", "Wood units.m2", "Wood units.m2"),
        ("mL/min/{1.73_m2}", "mL/min/1.73 m²", "mL/min/1.73 m²"),
        ("{drinks}/wk", "drinks/wk", "drinks/wk"),
        ("mg{creatinine}", "mg creatinine", "mg creatinine"),
        ("{high/low}", "high/low", "high/low"),
        ("mg/(kg.d)", "mg/(kg.d)", "mg/(kg.d)"),
        ("Cel", "°C", "°C"),
        ("unit of menu per mouse", "unit of menu per mouse", "unit of menu per mouse"),
        ("10 times", "10 times", "10 times"),
    ],
)
def test_a_unit_is_printed_part_by_part(unit: str, after: str, alone: str) -> None:
    assert printed_after_number(unit) == after
    assert printed(unit) == alone


def test_every_unit_of_the_vocabulary_has_a_form_of_print() -> None:
    for code in common():
        assert not set("[]{}*_").intersection(printed(code))
        assert not any(part[:1] == "u" for part in printed(code).split("/"))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("18000 /uL", "18000 /µL"),
        ("64 x 10^9/L", "64 × 10⁹/L"),
        ("< 0.1 umol/L", "< 0.1 µmol/L"),
        ("<= 5 mg/dL", "≤ 5 mg/dL"),
        (">=2", "≥2"),
        ("12 K/uL", "12 K/µL"),
        ("5 furlongs/uL", "5 furlongs/uL"),
        ("trace", "trace"),
    ],
)
def test_what_a_laboratory_wrote_keeps_its_number_and_gets_the_signs_of_print(written: str, shown: str) -> None:
    assert as_written(written) == shown


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_a_contrast_of_seven_in_both_colour_schemes() -> None:
    light, dark = (dict(re.findall(r"--(\w+): (#\w+)", part)) for part in style().split("@media (prefers", 1))
    dark = dict(re.findall(r"--(\w+): (#\w+)", style().split("@media (prefers", 1)[1].partition("} }")[0]))
    for scheme in (light, dark):
        for name in ("ink", "soft", "passes", "blocks", "open", "link"):
            for paper in ("paper", "panel", "mark") if name == "ink" else ("paper", "panel"):
                high, low = sorted((_luminance(scheme[name]), _luminance(scheme[paper])), reverse=True)
                assert (high + 0.05) / (low + 0.05) >= 7, (name, paper)


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>\x1b[2J\u202e", '"; } body { display: none } /*', "</style><b>"]
)
def test_text_of_a_file_cannot_steer_the_page(shipped: dict[str, Any], name: str) -> None:
    html = page(shipped | {"patient": name})
    css = html.partition("<style>")[2].partition("</style>")[0]

    assert Page(html).open == []
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "<script>" not in html
    assert "display: none } /*" not in css
    assert css.count("{") == css.count("}") == page(shipped).partition("</style>")[0].count("{")


def test_ids_of_the_page_are_plain_and_stay_apart() -> None:
    names = ["A.I3", "A I3", "A_I3", 'A"I3', "Ä"]
    ids = [anchor("NCT1", name) for name in names]

    assert len(set(ids)) == len(names)
    assert all(re.fullmatch(r"[\w.-]+", id_, re.ASCII) for id_ in ids)


def test_what_passes_is_folded_to_a_line_and_nothing_else_is(shipped: dict[str, Any]) -> None:
    html = page(shipped)
    findings = [finding for trial in shipped["trials"] for finding in trial["criteria"]]
    passing = [finding for finding in findings if finding["bearing"] == "passes"]
    waiting = [finding for finding in findings if finding["bearing"] == "open"]

    assert html.count("<details><summary>") == len(passing) > 20
    assert html.count("<details open><summary>") == len(waiting)  # to be seen on a screen, and a line each on paper
    assert page(shipped, full=True).count("<details open><summary>") == len(passing) + len(waiting)
    assert "<details>" not in page(shipped, full=True)
    for part in html.split("<article ")[1:]:
        assert ("<details>" in part) is ('class="is-passes"' in part.partition(">")[0])
        assert ("<mark>" not in part.partition("</article>")[0]) or 'class="is-passes"' not in part.partition(">")[0]


def test_an_assumed_pass_has_a_hollow_mark(shipped: dict[str, Any]) -> None:
    articles = {part.partition('"')[0]: part for part in page(shipped).split('<article id="')[1:]}
    for trial in shipped["trials"]:
        for finding in trial["criteria"]:
            head = articles[anchor(trial["trial"], finding["id"])].partition("</svg>")[0]
            assumed = finding["bearing"] == "passes" and bool(finding.get("assumed"))
            assert (SHAPE["assumed"] in head) is assumed
            title = articles[anchor(trial["trial"], finding["id"])].partition("</h4>")[0]
            assert (", assumed (" in title) is bool(finding.get("assumed"))


def test_a_note_is_said_once(shipped: dict[str, Any]) -> None:
    note = "both criteria speak of the same thing"
    trials = [{**trial, "notes": [note]} for trial in shipped["trials"]]

    assert page(shipped | {"trials": trials}).count(note) == 1


def test_the_first_sheet_shows_the_patient_as_read_and_what_nothing_used(shipped: dict[str, Any]) -> None:
    read: dict[str, Any] = {
        "id": "p",
        "as_of": "2026-11-20",
        "birth": "1978-04-02",
        "sex": "male",
        "results": {
            "platelets": [{"value": 18, "reported": "18000 /uL"}],
            "body_fat_percentage": [{"value": 20}],
        },
        "facts": [{"concept": "migraine", "status": "active"}, {"concept": "ascites", "status": "active"}],
        "absent": ["hiv_infection"],
        "complete": ["procedures"],
        "attested": {"informed_consent": True, "NCT06884904/E6": False},
    }
    about = About(read, ("--max-age 14d",), ("eligo 1", "record SHA-256 abc"))
    problem = Problem("unit-missing", "a warning", Place("p.json", 3), severity="warning")
    refused = Problem("yaml-syntax", "a broken rule set", Place("rules/X.yaml", 3))
    told = [one.as_json() for one in (problem, refused)]
    first = (
        page(shipped | {"problems": told}, about)
        .partition('<div class="sheet">')[2]
        .partition('<section class="trial')[0]
    )
    rows = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", first))

    assert rows["Results"] == "platelets 18000 /µL"
    assert rows["In the record"] == "ascites, active"
    assert rows["Used by no criterion"] == "body fat percentage 20 %; migraine, active"
    assert rows["Stated"] == "informed consent: yes; exclusion 6 (E6) of NCT06884904: no"
    assert "a warning; a broken rule set (rules/X.yaml)" in first
    assert all(words in first for words in ("--max-age 14d", "eligo 1; record SHA-256 abc", "Signature"))
    assert 'class="box"' in first  # of what is open, to tick
