"""In: journals, whole and cut off. Out: what the record says, and what it must never say."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.core.actions import Action, CloseEar, EnterStep, Finish, OpenEar
from assistant.core.errors import JournalError
from assistant.core.events import Began, Event, Heard, Resumed, Spoken, Ticked
from assistant.core.method import CaptureKind
from assistant.core.record.codec import KINDS, Entry, decode_entry
from assistant.core.record.record import Record, fold
from assistant.core.speech import ActScore, SpeechAct, Utterance

DATA = Path(__file__).parents[1] / "data"


def journal(language: str = "en") -> list[Entry]:
    lines = (DATA / f"journal.{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [decode_entry(json.loads(line)) for line in lines]


def began() -> Began:
    event = journal()[0].event
    assert isinstance(event, Began)
    return event


def entries(*happened: tuple[Event, tuple[Action, ...]]) -> list[Entry]:
    first = Entry(seq=1, event=began())
    return [first, *(Entry(seq=n, event=e, actions=a) for n, (e, a) in enumerate(happened, 2))]


def heard(number: int, start: float, at: float, **more: Any) -> Heard:
    spoken = Utterance(id=number, start=start, end=start + 1.0, text=f"words {number}", **more)
    return Heard(at=at, utterance=spoken)


@pytest.fixture(scope="module")
def record() -> Record:
    return fold(journal())


def test_the_head_of_the_record_is_that_of_the_session(record: Record) -> None:
    assert (record.session, record.method, record.method_name) == (
        "2026-11-23-1030-k3f",
        "short",
        "Short form",
    )
    assert (record.language, record.seconds, record.finished) == ("en", 3700.0, "ended")
    assert record.participants == ("Anne", "Bram", "Chris de Wit")


def test_the_presenter_is_whose_case_the_group_chose(record: Record) -> None:
    assert record.presenter == "Anne"


def test_text_that_comes_late_belongs_to_the_step_in_which_it_was_spoken(record: Record) -> None:
    late = next(said for said in record.utterances if said.id == 11)
    step = next(step for step in record.steps if step.id == "questions")

    assert late.step == "questions"
    assert 11 in step.utterances
    assert step.left is not None
    assert late.start < step.left


def test_a_step_visited_twice_is_two_visits_each_with_its_own_words() -> None:
    told = fold(
        entries(
            (Ticked(at=1.0), (EnterStep(index=0, step="case"),)),
            (heard(1, 2.0, 4.0), ()),
            (Ticked(at=10.0), (EnterStep(index=1, step="questions"),)),
            (Ticked(at=20.0), (EnterStep(index=0, step="case"),)),
            (heard(2, 21.0, 23.0), ()),
        )
    )

    visits = [(s.id, s.entered, s.left, s.utterances) for s in told.steps if s.entered is not None]
    assert visits == [
        ("case", 1.0, 10.0, (1,)),
        ("questions", 10.0, 20.0, ()),
        ("case", 20.0, None, (2,)),
    ]
    assert [step.id for step in told.steps if step.entered is None] == ["ideas", "plan", "close"]


def test_words_before_the_first_step_have_no_step() -> None:
    told = fold(entries((heard(1, 0.2, 3.0), (EnterStep(index=0, step="case"),))))

    assert told.utterances[0].step is None


def test_what_was_whispered_to_the_facilitator_is_nowhere_in_the_record() -> None:
    for language, whisper in (("nl", "Fluistering"), ("en", "Whisper")):
        assert any(whisper in str(entry) for entry in journal(language))
        assert whisper not in str(fold(journal(language)))


def test_a_line_knows_whether_it_truly_sounded() -> None:
    said = fold(journal()).said

    assert said[0].outcome is not None
    assert said[0].outcome.value == "done"
    assert said[2].outcome is None


def test_a_later_learning_question_takes_the_place_of_an_earlier_one(record: Record) -> None:
    kept = [one for one in record.captures if one.kind is CaptureKind.LEARNING_QUESTION]

    assert [one.utterance for one in kept] == [4]
    assert (kept[0].at, kept[0].speaker) == (40.0, "Anne")


def test_a_flag_taken_back_takes_its_parked_idea_with_it(record: Record) -> None:
    assert [(flag.id, flag.retracted) for flag in record.flags] == [(1, False), (2, True)]
    parked = [one.utterance for one in record.captures if one.kind is CaptureKind.PARKED_IDEA]
    assert parked == [7]


def test_a_time_with_the_ear_closed_is_a_gap_with_a_length(record: Record) -> None:
    assert [round(gap.seconds, 1) for gap in record.gaps] == [130.0]


@pytest.mark.parametrize(
    ("actions", "gaps"),
    [
        (((10.0, CloseEar()),), [(10.0, 30.0)]),
        (((10.0, CloseEar()), (15.0, CloseEar()), (20.0, OpenEar())), [(10.0, 20.0)]),
        (((10.0, OpenEar()),), []),
        (((10.0, CloseEar()), (20.0, Finish(reason="ended"))), [(10.0, 20.0)]),
        (((10.0, Finish(reason="ended")), (10.0, CloseEar())), []),
    ],
)
def test_gaps_are_whole_whatever_is_missing(
    actions: tuple[tuple[float, Action], ...], gaps: list[tuple[float, float]]
) -> None:
    happened = [(Ticked(at=at), (action,)) for at, action in actions]

    told = fold(entries(*happened, (Ticked(at=30.0), ())))

    assert [(gap.start, gap.end) for gap in told.gaps] == gaps


def test_a_session_that_goes_on_after_it_was_stopped_is_not_finished() -> None:
    told = fold(
        entries(
            (Ticked(at=5.0), (Finish(reason="stopped"),)),
            (Resumed(at=5.0, wall="2026-11-23T11:00:00+01:00"), ()),
            (Ticked(at=9.0), ()),
        )
    )

    assert (told.finished, told.seconds, len(told.resumed)) == (None, 9.0, 1)


def test_entries_that_could_not_be_read_are_counted() -> None:
    whole = journal()

    assert fold(whole).missing == 0
    assert fold(whole[:5] + whole[7:]).missing == 2


def test_two_utterances_that_share_a_number_are_both_kept() -> None:
    told = fold(entries((heard(1, 1.0, 3.0), ()), (heard(1, 5.0, 7.0), ())))

    assert [said.start for said in told.utterances] == [1.0, 5.0]


def test_a_number_that_is_none_is_unknown() -> None:
    event = heard(1, 1.0, 3.0, confidence=float("nan"))
    odd = ActScore(act=SpeechAct.STORY, probability=float("nan"))
    told = fold(entries((Heard(at=3.0, utterance=event.utterance, acts=(odd,)), ())))

    assert told.utterances[0].confidence is None
    assert told.utterances[0].acts == ()


def test_a_journal_cut_off_anywhere_gives_a_record_that_only_grows() -> None:
    whole = journal()
    before = 0

    for cut in range(1, len(whole) + 1):
        told = fold(whole[:cut])
        assert told.session == "2026-11-23-1030-k3f"
        assert len(told.utterances) >= before
        before = len(told.utterances)

    assert before == 18


@pytest.mark.parametrize("lost", [[], [Entry(seq=1, event=Spoken(at=1.0, line=1))]])
def test_a_journal_without_a_beginning_says_so(lost: list[Entry]) -> None:
    with pytest.raises(JournalError):
        fold(lost)


some_events = st.one_of(*(st.from_type(kind) for name, kind in KINDS.items() if name != "Began"))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(some_events, max_size=12))
def test_no_order_of_events_and_actions_makes_it_fall(things: list[Any]) -> None:
    told = entries()
    for thing in things:
        is_event = any(field.name == "at" for field in fields(thing))
        event = thing if is_event else Ticked(at=1.0)
        told.append(Entry(seq=len(told) + 1, event=event, actions=() if is_event else (thing,)))

    assert fold(told).missing == 0
