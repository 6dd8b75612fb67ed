"""In: a small journal in two languages. Out: documents as stored in tests/data, safe to open.

After a change that is meant to change them: `python tests/outputs/test_export.py` writes the golden
files anew; read the difference as text.
"""

import itertools
import json
import re
import stat
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

from assistant.core.errors import JournalError, MethodError, SettingsError
from assistant.core.events import Reason
from assistant.core.method import CaptureKind
from assistant.core.record.codec import decode_entry
from assistant.core.record.parts import CaptureRecord, UtteranceRecord
from assistant.core.record.record import Record, fold
from assistant.core.record.report import Report
from assistant.core.speech import SpeechAct
from assistant.outputs.export import FORMATS, save, write
from assistant.outputs.export import schema as published
from assistant.outputs.export.jsonfile import schema
from assistant.outputs.export.markdown import escape
from assistant.outputs.export.page import SECTIONS, clock, tidy

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
LANGUAGES = ("nl", "en")
EVIL = (
    "</title><script>alert(1)</script> --> <v Bram> *x* _y_ `z` [a](http://b) | # &amp; \n- 1. \x00"
)


def words(language: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = YAML(typ="safe").load(ROOT / "prompts" / language / "report.yaml")
    return loaded


def record(language: str) -> Record:
    lines = (DATA / f"journal.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return fold(decode_entry(json.loads(line)) for line in lines)


def document(language: str, ending: str) -> str:
    made = write(record(language), ending, words(language), ("demonstration_model",))
    # The version of the program is no part of what is held fast.
    return re.sub(r'content="intervisie [^"]*"', 'content="intervisie"', made)


def golden(language: str, ending: str) -> Path:
    return DATA / f"report.{language}.{ending}"


def with_evil_words() -> Record:
    base = record("en")
    said = UtteranceRecord(id=99, step=None, start=0.5, end=0.6, text=EVIL, speaker=EVIL)
    kept = CaptureRecord(
        kind=CaptureKind.IDEA, text=EVIL, step="ideas", utterance=99, speaker=EVIL, at=0.5
    )
    return replace(
        base,
        method_name=EVIL,
        presenter=EVIL,
        participants=(EVIL,),
        finished=EVIL,
        session=EVIL,
        utterances=(said, *base.utterances),
        captures=(*base.captures, kept),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ending", ["md", "html", "vtt"])
def test_the_document_is_the_golden_one(language: str, ending: str) -> None:
    assert document(language, ending) == golden(language, ending).read_text(encoding="utf-8")


@pytest.mark.parametrize("ending", FORMATS)
def test_no_whisper_and_no_word_of_a_gap_is_in_any_document(ending: str) -> None:
    assert "Fluistering" not in write(record("nl"), ending, words("nl"))
    assert "Whisper" not in write(record("en"), ending, words("en"))


def keys(value: Any, place: str = "") -> set[str]:
    if not isinstance(value, Mapping):
        return {place}
    return {found for key, item in value.items() for found in keys(item, f"{place}.{key}")}


def test_the_languages_have_the_same_words_with_the_same_slots() -> None:
    assert keys(words("nl")) == keys(words("en"))

    def slots(language: str) -> list[tuple[str, ...]]:
        text = json.dumps(words(language), sort_keys=True)
        return [tuple(re.findall(r"{(\w+)}", part)) for part in re.findall(r'"[^"]*"', text)]

    assert sorted(map(sorted, slots("nl"))) == sorted(map(sorted, slots("en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_act_reason_section_and_day_has_its_words(language: str) -> None:
    said = words(language)

    assert set(said["acts"]) == set(SpeechAct)
    assert set(said["reasons"]) == set(Reason)
    assert set(SECTIONS) == set(said["sections"]) - {"nothing"}
    assert set(SECTIONS) <= set(get_type_hints(Report))
    assert (len(said["dates"]["weekdays"]), len(said["dates"]["months"])) == (7, 12)
    assert get_args(get_type_hints(Record)["format"]) == (1,)


@settings(deadline=None, max_examples=150)
@given(st.text())
@example("1. eerst")
@example("- *nee* _ja_ <b> & `x` [a](b) | $1$ ~~weg~~")
@example("12) nee\n# kop\n> citaat")
@example("+ plus")
@example("===")
def test_words_escaped_for_markdown_show_exactly_those_words(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse("- " + escape(text))
    shown = "".join(
        part.content for token in tokens if token.type == "inline" for part in token.children or ()
    )

    assert shown == tidy(text)
    assert not {token.type for token in tokens} & {
        "heading_open",
        "html_block",
        "ordered_list_open",
    }


class Page(HTMLParser):
    """What a page is made of."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_can_be_read_aloud(language: str) -> None:
    page = Page(document(language, "html"))

    assert page.open == []
    assert page.all("html") == [{"lang": language}]
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("title")) == 1
    assert len(page.all("caption")) == len(page.all("table")) == 3
    assert all(header.get("scope") in ("col", "row") for header in page.all("th"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    anchors = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(anchors) == len(set(anchors))
    links = {(link["href"] or "")[1:] for link in page.all("a")}
    assert links <= set(anchors)
    assert len(links) > 5


@pytest.mark.parametrize("made", ["plain", "evil"])
def test_the_page_runs_nothing_and_fetches_nothing(made: str) -> None:
    page = Page(write(with_evil_words() if made == "evil" else record("en"), "html", words("en")))

    assert page.open == []
    for tag, attributes in page.tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed", "base", "form")
        assert not any(name.startswith("on") for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes
    policies = [one["content"] for one in page.all("meta") if "http-equiv" in one]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    if made == "evil":
        assert tidy(EVIL) in page.text


def test_evil_words_stay_words_in_markdown() -> None:
    made = write(with_evil_words(), "md", words("en"))

    tokens = MarkdownIt("commonmark").enable("table").parse(made)
    inline = [part for token in tokens if token.type == "inline" for part in token.children or ()]
    # The one tag of our own parts the words in a table cell.
    assert {part.content for part in inline if part.type == "html_inline"} <= {"<br>"}
    assert not any(part.type in ("link_open", "image", "code_inline") for part in inline)
    assert not any(token.type == "html_block" for token in tokens)


CUE = re.compile(r"\d+\n(\d\d:\d\d:\d\d\.\d{3}) --> (\d\d:\d\d:\d\d\.\d{3})\n(.+)")


@pytest.mark.parametrize("made", [record("nl"), with_evil_words()], ids=["plain", "evil"])
def test_every_block_of_the_captions_is_a_note_or_a_cue_that_ends_after_it_starts(
    made: Record,
) -> None:
    head, *blocks = write(made, "vtt", words("nl")).strip().split("\n\n")
    assert head == "WEBVTT"
    starts = []

    for block in blocks:
        if block.startswith("NOTE "):
            assert "-->" not in block
            continue
        cue = CUE.fullmatch(block)
        assert cue is not None
        assert cue[1] < cue[2]
        assert re.fullmatch(r"(<v [^<>]+>)?[^<>]+", cue[3])
        starts.append(cue[1])

    assert starts == sorted(starts)
    assert len(starts) == len(made.utterances)


def test_an_unknown_speaker_has_no_tag_in_the_captions() -> None:
    made = document("nl", "vtt")

    assert "<v Anne>Mijn collega" in made
    assert "\nWat gebeurt er" in made


@pytest.mark.slow
def test_the_published_schema_is_the_one_of_the_record() -> None:
    assert published() == schema()


@pytest.mark.parametrize("made", [record("nl"), record("en"), with_evil_words()])
def test_the_json_fits_the_published_schema(made: Record) -> None:
    jsonschema.Draft202012Validator.check_schema(published())

    raw = json.loads(write(made, "json", {}))
    jsonschema.validate(raw, published(), jsonschema.Draft202012Validator)

    assert len(raw["utterances"]) == len(made.utterances)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**raw, "audio": 1}, published(), jsonschema.Draft202012Validator)


def test_an_unknown_format_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match="docx") as caught:
        write(record("nl"), "docx", words("nl"))

    assert "md, html, json, vtt" in caught.value.hint


@pytest.mark.parametrize("ending", ["md", "html", "vtt"])
@pytest.mark.parametrize("missing", ["transcript", "lengths"])
def test_a_word_that_the_prompt_file_lacks_is_named(ending: str, missing: str) -> None:
    lacking = {key: value for key, value in words("nl").items() if key != missing}

    with pytest.raises(MethodError, match=missing):
        write(record("nl"), ending, lacking)


def test_a_session_cut_off_at_its_beginning_can_be_written() -> None:
    bare = Record(session="s", method="m", method_name="M", language="nl", started="?", seconds=3.0)

    for ending in FORMATS:
        assert "M" in write(bare, ending, words("nl")) or ending == "vtt"


def test_a_clock_shows_hours_only_when_there_are() -> None:
    assert [clock(at) for at in (0, 59.9, 61, 3600, 36_061.5)] == [
        "0:00",
        "0:59",
        "1:01",
        "1:00:00",
        "10:01:01",
    ]


def test_a_file_is_put_in_place_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.md"
    save("eerst", path)
    path.chmod(0o644)

    save("daarna é \ud800", path)

    assert path.read_bytes() == "daarna é ?".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["report.md"]


def test_a_file_that_cannot_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "report.md").mkdir()
    (tmp_path / "report.md" / "inside").write_text("")

    with pytest.raises(JournalError) as caught:
        save("tekst", tmp_path / "report.md")

    assert caught.value.hint
    assert [one.name for one in tmp_path.iterdir()] == ["report.md"]


if __name__ == "__main__":
    for one in LANGUAGES:
        for kind in ("md", "html", "vtt"):
            golden(one, kind).write_text(document(one, kind), encoding="utf-8")
