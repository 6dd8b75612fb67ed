"""In: records. Out: what a group takes home: ideas merged, flags per step, talking time."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.core.method import CaptureKind
from assistant.core.record.codec import decode_entry
from assistant.core.record.parts import CaptureRecord
from assistant.core.record.record import Record, fold
from assistant.core.record.report import Report, Row, report
from assistant.core.record.summary import ideas
from assistant.core.speech import SpeechAct

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def record() -> Record:
    lines = (DATA / "journal.nl.jsonl").read_text(encoding="utf-8").splitlines()
    return fold(decode_entry(json.loads(line)) for line in lines)


@pytest.fixture(scope="module")
def told(record: Record) -> Report:
    return report(record)


def test_every_line_kept_carries_its_utterance_and_time(told: Report) -> None:
    kept = [
        *told.cases,
        *told.story,
        *told.learning_question,
        *told.insights,
        *told.ideas,
        *told.actions,
        *told.agreement,
        *told.takeaways,
        *told.marks,
    ]
    rows = {row.utterance: row for step in told.steps for row in step.rows}

    assert len(kept) == 10
    for line in kept:
        assert line.utterance is not None
        assert line.at == rows[line.utterance].at


def test_an_idea_said_early_and_again_later_is_one_idea_marked_as_parked(told: Report) -> None:
    assert [(idea.utterance, idea.parked) for idea in told.ideas] == [(7, True), (12, False)]


def test_ideas_that_differ_in_words_stay_two_and_ideas_without_words_do_not_vanish() -> None:
    def idea(number: int, text: str) -> CaptureRecord:
        return CaptureRecord(
            kind=CaptureKind.IDEA, text=text, step="s", utterance=number, speaker=None, at=number
        )

    base = Record(session="s", method="m", method_name="M", language="en", started="", seconds=1.0)
    texts = ("Go out.", "go out!", "Go out with him.", "?!", "…")
    found = ideas(replace(base, captures=tuple(idea(n, t) for n, t in enumerate(texts, 1))))

    assert [one.text for one in found] == ["Go out.", "Go out with him.", "?!", "…"]


def test_flags_are_told_per_step_and_kind_and_those_taken_back_only_counted(told: Report) -> None:
    assert [(group.step, group.act) for group in told.flags] == [
        ("Vragen stellen", SpeechAct.SOLUTION)
    ]
    words = told.flags[0].words
    assert [(one.utterance, one.at, one.audible) for one in words] == [(7, 80.0, True)]
    assert told.retracted == 1
    rows = {row.utterance: row for step in told.steps for row in step.rows}
    assert rows[7].flags == (SpeechAct.SOLUTION,)
    assert rows[8].flags == ()


def test_talking_time_leaves_out_orders_but_not_the_learning_question(told: Report) -> None:
    by_name = {one.speaker: (one.seconds, one.utterances) for one in told.talk}

    assert by_name == {
        "Anne": (21.5, 6),
        "Chris de Wit": (4.0, 1),
        "Bram": (2.0, 1),
        None: (11.0, 4),
    }
    assert told.talk[-1].speaker is None
    assert sum(one.share for one in told.talk) == pytest.approx(1.0)


def test_the_transcript_holds_every_utterance_once_in_its_step_and_the_gap(
    record: Record, told: Report
) -> None:
    rows = [row for step in told.steps for row in step.rows]

    assert sorted(row.utterance for row in rows if row.utterance) == list(range(1, 19))
    assert [row.seconds for row in rows if row.row is Row.GAP] == [record.gaps[0].seconds]
    assert {row.utterance for row in rows if row.row is Row.ORDER} == {2, 5, 9, 10, 14, 18}
    for step in told.steps:
        held = next((one for one in record.steps if one.name == step.name), None)
        assert held is not None
        assert held.utterances == tuple(row.utterance for row in step.rows if row.utterance)


def test_a_step_that_was_never_reached_is_named_without_a_time(told: Report) -> None:
    assert [(step.name, step.seconds) for step in told.steps if step.entered is None] == [
        ("Afronden", None)
    ]


def test_a_session_of_nothing_but_its_beginning_is_a_report(record: Record) -> None:
    bare = Record(session="s", method="m", method_name="M", language="en", started="", seconds=0.0)

    assert report(bare).steps == ()
    assert report(bare).talk == ()
