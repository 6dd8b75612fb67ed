"""In: every event and action there is. Out: each comes back from JSON as it went in."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.core.actions import Capture, Say
from assistant.core.errors import JournalError
from assistant.core.events import Heard, Ticked
from assistant.core.method import CaptureKind
from assistant.core.record import codec

# A whole method takes hypothesis more than a second to make up.
NAMES = [
    pytest.param(name, marks=[pytest.mark.slow] if name == "Began" else []) for name in codec.KINDS
]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_kind_comes_back_from_json_as_it_went_in(name: str, data: st.DataObject) -> None:
    thing = data.draw(st.from_type(codec.KINDS[name]))

    raw = json.loads(json.dumps(codec.encode(thing), allow_nan=False))

    assert raw["kind"] == name
    # By their text, because the number 'nan' is not equal to itself.
    assert repr(codec.decode(raw)) == repr(thing)


def test_the_kinds_are_all_classes_of_both_unions_and_no_name_is_used_twice() -> None:
    assert len(codec.KINDS) == len(codec.EVENTS) + len(codec.ACTIONS)
    assert {"Began", "Heard", "Stopped"} <= set(codec.EVENTS)
    assert {"Say", "Capture", "Finish"} <= set(codec.ACTIONS)


def test_a_field_called_kind_does_not_clash_with_the_kind_of_the_object() -> None:
    capture = Capture(kind=CaptureKind.IDEA, text="walk", step="ideas")

    raw = codec.encode(capture)

    assert (raw["kind"], raw["fields"]["kind"]) == ("Capture", "idea")
    assert codec.decode(raw) == capture


def test_numbers_that_json_lacks_survive() -> None:
    raw = json.dumps(codec.encode(Ticked(at=float("inf"))), allow_nan=False)

    assert codec.decode(json.loads(raw)) == Ticked(at=float("inf"))


def test_a_field_that_an_older_journal_lacks_takes_its_default() -> None:
    raw = {"kind": "Say", "fields": {"line": 1, "text": "hi", "cue": "answer"}}

    assert codec.decode(raw) == Say(line=1, text="hi", cue="answer")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"kind": "Nonsense", "fields": {}},
        {"kind": ["Ticked"], "fields": {"at": 1.0}},
        {"kind": "Ticked"},
        {"kind": "Ticked", "fields": {}},
        {"kind": "Ticked", "fields": {"at": 1.0, "secret words": 2}},
        {"kind": "Ticked", "fields": {"at": "secret words"}},
        {"kind": "Ticked", "fields": {"at": True}},
        {"kind": "Ticked", "fields": {"at": ["nan"]}},
        {"kind": "Retract", "fields": {"flag": 1.5}},
        {"kind": "Spoken", "fields": {"at": 1.0, "line": 1, "outcome": "secret words"}},
        {"kind": "Spoken", "fields": {"at": 1.0, "line": 1, "outcome": ["secret words"]}},
        {"kind": "Heard", "fields": {"at": 1.0, "utterance": "secret words"}},
        {"kind": "Heard", "fields": {"at": 1.0, "utterance": {"text": "secret words"}}},
        {"kind": "secret words said here", "fields": {}},
    ],
)
def test_what_is_not_understood_is_an_error_that_does_not_repeat_the_words(raw: Any) -> None:
    with pytest.raises(JournalError) as caught:
        codec.decode(raw)

    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.hint


def test_an_action_cannot_stand_where_an_event_belongs() -> None:
    entry = codec.encode_entry(codec.Entry(seq=1, event=Ticked(at=1.0)))
    entry["event"] = {"kind": "Hush", "fields": {}}

    with pytest.raises(JournalError, match="Hush"):
        codec.decode_entry(entry)


@pytest.mark.parametrize(
    "damage", [{"seq": "1"}, {"actions": None}, {"format": "1"}, {"format": 0}]
)
def test_a_damaged_entry_is_a_journal_error(damage: dict[str, Any]) -> None:
    entry = codec.encode_entry(codec.Entry(seq=1, event=Ticked(at=1.0)))

    with pytest.raises(JournalError):
        codec.decode_entry({**entry, **damage})


def test_a_journal_of_a_newer_version_says_that_it_is_newer() -> None:
    entry = codec.encode_entry(codec.Entry(seq=1, event=Ticked(at=1.0)))

    with pytest.raises(JournalError, match="format 99") as caught:
        codec.decode_entry({**entry, "format": 99})

    assert "newer version" in caught.value.hint


def test_an_older_format_is_brought_up_to_date_step_by_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def one(entry: dict[str, Any]) -> dict[str, Any]:
        return {**entry, "actions": []}

    def two(entry: dict[str, Any]) -> dict[str, Any]:
        return {**entry, "seq": entry["seq"] + 10}

    monkeypatch.setattr(codec, "FORMAT", 3)
    monkeypatch.setattr(codec, "UPGRADES", {1: one, 2: two})
    old = {"format": 1, "seq": 4, "event": codec.encode(Ticked(at=1.0))}

    assert codec.decode_entry(old) == codec.Entry(seq=14, event=Ticked(at=1.0))


def test_a_journal_of_the_first_format_still_reads() -> None:
    score = {"act": "solution", "probability": 0.8, "quiet": None, "audible": None}
    utterance = {"id": 1, "start": 1, "end": 2, "text": "Bel hem op."}
    heard = {"kind": "Heard", "fields": {"at": 3, "utterance": utterance, "acts": [score]}}

    entry = codec.decode_entry({"format": 1, "seq": 4, "event": heard, "actions": []})

    assert isinstance(entry.event, Heard)
    assert entry.event.acts[0].probability == 0.8


def test_words_and_probabilities_inside_an_utterance_keep_their_types() -> None:
    raw = {
        "kind": "Heard",
        "fields": {
            "at": 3,
            "utterance": {
                "id": 1,
                "start": 1,
                "end": 2,
                "text": "ja",
                "words": [{"text": "ja", "start": 1, "end": 2, "probability": 1}],
                "confidence": None,
            },
        },
    }

    heard = codec.decode(raw)

    assert isinstance(heard, Heard)
    assert type(heard.at) is float
    assert heard.utterance.words[0].text == "ja"
    assert heard.utterance.confidence is None
