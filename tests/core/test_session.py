"""Sessions as dialogues: what happens in the room, and what the assistant does about it."""

from assistant.core.actions import Attribute, CloseEar, Hush, OpenEar, Say
from assistant.core.events import (
    PartFailed,
    PartRestored,
    Resumed,
    SourceEnded,
    Stopped,
    VoiceEnded,
    VoiceStarted,
)
from assistant.core.session.session import Session
from assistant.core.session.view import Phase
from assistant.core.speech import Intent
from assistant.loop import replay
from tests.playbook import Rehearsal, phrases, step


def two_steps(**began: object) -> Rehearsal:
    return Rehearsal(step("questions", 10), step("brainstorm", 5), **began)


def test_a_session_welcomes_and_announces_the_first_step() -> None:
    room = two_steps().announced()

    assert room.said()[:3] == [
        "welcome method=test minutes=15 min steps=2",
        "welcome_rules",
        "step number=1 name=questions minutes=10 min",
    ]
    assert room.entered() == ["questions"]


def test_the_clock_starts_when_the_announcement_has_been_spoken() -> None:
    room = two_steps().announced()

    assert room.now > 3.0
    assert room.session.view(room.now).left > 599.0


def test_half_time_one_minute_and_time_is_up_come_at_their_moments() -> None:
    room = two_steps().announced()
    start = room.now

    room.until(start + 601)

    cues = [(round(at - start), a.text) for at, a in room.log if isinstance(a, Say) and at > start]
    assert cues == [
        (300, "half_time left=5 min"),
        (540, "one_minute"),
        (600, "time_up next=brainstorm"),
    ]


def test_time_never_cuts_anybody_off() -> None:
    room = two_steps().announced()
    start = room.now

    room.until(start + 1800)

    assert room.entered() == ["questions"]
    assert room.session.view(room.now).phase is Phase.OVERTIME
    assert room.said(start + 601) == ["time_up_again", "time_up_again"]


def test_next_goes_on_to_the_next_step_and_after_the_last_says_goodbye() -> None:
    room = two_steps().announced().told("next").announced().told("next").passes(30)

    assert room.entered() == ["questions", "brainstorm"]
    assert room.said()[-1] == "goodbye"
    assert room.ended == "completed"


def test_a_pause_stops_the_clock_and_resume_goes_on_with_what_was_left() -> None:
    room = two_steps().announced().passes(100).told("pause").passes(1000)
    assert room.session.view(room.now).phase is Phase.PAUSED

    room.told("resume")

    left = room.session.view(room.now).left
    assert left is not None
    assert 496 < left < 500.5
    assert "resumed left=8 min" in room.said(room.now)


def test_no_cue_sounds_during_a_pause() -> None:
    room = two_steps().announced().told("pause").passes(10)
    quiet_from = room.now

    assert room.passes(3000).said(quiet_from) == []


def test_resume_without_a_pause_is_answered() -> None:
    room = two_steps().announced().told("resume").passes(1)

    assert room.said()[-1] == "not_paused"


def test_more_time_moves_the_end_and_asks_again_then() -> None:
    room = two_steps().announced()
    start = room.now

    room.passes(590).told("more_time", minutes=3.0).until(start + 900)

    assert "extended minutes=3 min left=3 min" in room.said(start + 590)
    times = [round(at - start) for at, a in room.log if isinstance(a, Say) and "time_up" in a.text]
    assert times[0] == 780


def test_more_time_in_overtime_counts_from_now() -> None:
    room = two_steps().announced().passes(700).told("more_time")

    left = room.session.view(room.now).left
    assert left is not None
    assert 119 < left <= 120


def test_back_goes_to_the_step_before_with_its_own_minutes() -> None:
    room = two_steps().announced().told("next").announced().told("previous").announced()

    assert room.entered() == ["questions", "brainstorm", "questions"]
    assert "back" in room.said()
    assert room.session.view(room.now).left > 599


def test_back_in_the_first_step_is_answered() -> None:
    room = two_steps().announced().told("previous").passes(1)

    assert room.said()[-1] == "first_step"
    assert room.entered() == ["questions"]


def test_skip_says_so_and_goes_on() -> None:
    room = two_steps().announced().told("skip").announced()

    assert "skipped" in room.said()
    assert room.entered() == ["questions", "brainstorm"]


def test_go_to_a_step_by_number() -> None:
    room = two_steps().announced().told("goto", step=2).announced()
    assert room.entered() == ["questions", "brainstorm"]

    room.told("goto", step=9).passes(1)
    assert room.entered() == ["questions", "brainstorm"]


def test_repeat_says_the_last_announcement_again() -> None:
    room = two_steps().announced().told("repeat").passes(1)

    assert room.said()[-1] == "step number=1 name=questions minutes=10 min"


def test_time_left_names_this_step_and_what_follows() -> None:
    room = two_steps().announced().passes(240).told("time_left").passes(1)

    assert room.said()[-1] == "time_left left=6 min later=5 min"


def test_time_left_in_overtime_does_not_count_below_zero() -> None:
    room = two_steps().announced().passes(650).told("time_left").passes(1)

    assert room.said()[-1] == "time_left_overtime"


def test_ending_early_is_confirmed_first() -> None:
    room = two_steps().announced().told("end").passes(3)
    assert room.ended is None
    assert room.said()[-1] == "end_confirm"

    room.told("end").passes(30)
    assert room.ended == "ended"
    assert "goodbye_stopped" in room.said()


def test_an_end_that_is_not_confirmed_in_time_is_forgotten() -> None:
    room = two_steps().announced().told("end").passes(60).told("end").passes(30)

    assert room.ended is None


def test_the_assistant_waits_for_a_pause_before_it_speaks() -> None:
    room = two_steps().announced()
    start = room.now
    room.until(start + 298)
    room.do(VoiceStarted(at=room.now))
    room.until(start + 304)
    assert room.said(start) == []

    room.do(VoiceEnded(at=room.now))

    assert room.said(start) == ["half_time left=5 min"]


def test_the_assistant_does_not_wait_for_ever() -> None:
    room = two_steps().announced()
    start = room.now
    room.until(start + 298)
    room.do(VoiceStarted(at=room.now))

    room.until(start + 330)

    assert room.said(start) == ["half_time left=5 min"]


def test_a_line_that_never_ends_does_not_hang_the_session() -> None:
    room = two_steps()
    room._voice = None  # the voice broke down: nothing will ever be reported as spoken

    for _ in range(40):
        room.passes(10)
        room._voice = None

    assert room.session.view(room.now).phase is Phase.RUNNING


def test_a_key_interrupts_the_line_that_sounds() -> None:
    room = two_steps()

    room.presses("pause")

    assert any(isinstance(action, Hush) for _, action in room.log)


def test_who_speaks_is_known_after_the_floor_was_given() -> None:
    room = Rehearsal(step("round", in_turn=True)).announced()
    room.told("speaker", name="Els").hears("Ik heb een casus over een ouder.")
    room.hears("En nog iets.")

    who = [a.speaker for _, a in room.log if isinstance(a, Attribute)]
    assert who == [None, "Els", "Els"]


def test_outside_a_round_the_floor_is_believed_for_one_utterance() -> None:
    room = two_steps().announced().told("speaker", name="Els")
    room.hears("Wat deed je toen?").hears("Ik liep weg.")

    who = [a.speaker for _, a in room.log if isinstance(a, Attribute)]
    assert who == [None, "Els", None]


def test_off_the_record_nothing_is_kept_until_the_group_says_so() -> None:
    room = two_steps().announced().told("recording_off")
    assert any(isinstance(action, CloseEar) for _, action in room.log)
    secret = room.events[-1].__class__(  # another Heard
        at=room.now, utterance=room.events[-1].utterance
    )
    assert room.session.ignores(secret)
    assert room.session.ignores(VoiceStarted(at=room.now))

    room.told("recording_on")

    assert any(isinstance(action, OpenEar) for _, action in room.log)
    assert not room.session.ignores(secret)


def test_a_microphone_that_fails_is_said_once_and_again_when_it_is_back() -> None:
    room = two_steps().announced()
    for _ in range(3):
        room.do(PartFailed(at=room.now, part="microphone", message="gone"))
    room.passes(10)
    assert room.said().count("trouble_microphone") == 1
    assert room.session.view(room.now).troubles == ("gone",)

    room.do(PartRestored(at=room.now, part="microphone"))

    assert "microphone_back" in room.passes(5).said()
    assert room.session.view(room.now).troubles == ()


def test_a_recording_is_followed_without_a_word_and_moves_on_by_itself() -> None:
    room = two_steps(moves_on=True)
    room.until(601)
    assert room.entered() == ["questions", "brainstorm"]
    assert room.said() == []

    room.do(SourceEnded(at=900))
    assert room.ended == "source_ended"


def test_ctrl_c_finishes_at_once() -> None:
    room = two_steps().announced()

    room.do(Stopped(at=room.now, reason="stopped"))

    assert room.ended == "stopped"
    assert room.session.wake_at is None


def test_a_session_resumed_from_its_journal_goes_on_where_it_was() -> None:
    room = two_steps().announced().passes(120).told("next").announced().passes(60)
    again = Session(phrases())
    replay(again, room.events)
    assert again.view(room.now) == room.session.view(room.now)

    actions = again.handle(Resumed(at=room.now, wall="2026-11-23T11:00:00+01:00"))

    assert [a.text for a in actions if isinstance(a, Say)] == [
        "resumed_session step=brainstorm left=4 min"
    ]


def test_every_intent_is_obeyed_in_every_phase() -> None:
    for prepare in ("opening", "running", "paused", "overtime"):
        for intent in Intent:
            room = two_steps()
            if prepare != "opening":
                room.announced()
            if prepare == "paused":
                room.told("pause")
            if prepare == "overtime":
                room.passes(700)
            before = len(room.log)
            room.told(intent.value, name="Els", minutes=2.0, step=1, text="hoe blijf ik rustig")
            room.passes(20)
            assert len(room.log) > before, f"{intent} in {prepare} did nothing"


def test_more_time_before_the_first_step_is_answered() -> None:
    room = two_steps().told("more_time").passes(30)

    assert "not_begun" in room.said()


def test_every_sentence_that_the_session_can_say_is_in_the_prompts_of_every_language() -> None:
    """Keys are literals in core/session, or are made from the kinds of flags and captures."""
    import re
    from pathlib import Path

    from assistant.core.method import CaptureKind
    from assistant.core.speech import SpeechAct
    from assistant.inputs.library import Library, shipped_folder

    library = Library([shipped_folder()])
    source = "\n".join(p.read_text() for p in Path("assistant/core/session").glob("*.py"))
    called = set(re.findall(r'(?:say|_answer|close)\(\s*"([a-z_]+)"', source))
    called |= set(
        re.findall(r'"(trouble_[a-z]+|read_[a-z_]+|goodbye[a-z_]*|flag_[a-z_]+)"', source)
    )
    called |= {"learning_question_kept", "core_question_kept"}
    assert len(called) > 40
    for language in library.languages():
        spoken = set(library.phrases(language).spoken)
        assert called - spoken == set()
        # And nothing lies there that nobody says.
        made = {f"flag_{act.value}" for act in SpeechAct}
        made |= {f"{kind.value}_kept" for kind in CaptureKind}
        spans = {"less_than_a_minute", "one_minute_span", "minutes_span"}
        assert spoken - called - made - spans == set()
