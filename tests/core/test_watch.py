"""What the assistant notices about people, as dialogue: names, long talk, silence, the question."""

from assistant.core.actions import Channel, Say
from assistant.core.events import Heard
from assistant.core.method import Who
from assistant.core.session.watch import LONG_TALK
from assistant.core.speech import Utterance
from tests.playbook import Rehearsal, step

ABOUT_HIM = "hoe hij leert om te luisteren"
ABOUT_ME = "hoe ik rustig blijf als hij mij uitdaagt"


def talk(*, in_turn: bool = False, **began: object) -> Rehearsal:
    return Rehearsal(
        step("round", minutes=10, allowed=["story", "question"][:1], in_turn=in_turn),
        step("next", minutes=5),
        **began,
    ).announced()


def names(room: Rehearsal, times: int = 1) -> Rehearsal:
    utterance = Utterance(id=90, start=room.now, end=room.now, text="Toen kwam persoon A.")
    room.do(Heard(at=room.now, utterance=utterance, named=times))
    return room.passes(6)


def whispered(room: Rehearsal) -> list[str]:
    return [a.text for _, a in room.log if isinstance(a, Say) and a.channel is Channel.EAR]


def test_a_name_of_a_third_person_is_mentioned_once_in_a_session() -> None:
    room = names(names(talk()))

    assert room.said().count("names") == 1


def test_with_an_earpiece_the_names_are_mentioned_there() -> None:
    room = names(talk(cue_channel="ear"))

    assert whispered(room) == ["names"]


def test_a_learning_question_about_the_other_is_sent_back_once_and_lost_never() -> None:
    room = talk()
    room.told("learning_question", text=ABOUT_HIM, about_other=True).passes(8)

    assert room.said()[-1] == "learning_question_other"
    assert room.kept() == [("learning_question", ABOUT_HIM)]

    room.told("learning_question", text=ABOUT_ME).passes(8)

    assert room.said()[-1] == f"learning_question_kept text={ABOUT_ME}"
    assert room.kept()[-1] == ("learning_question", ABOUT_ME)


def test_whoever_insists_on_the_question_has_it_read_back() -> None:
    room = talk().told("learning_question", text=ABOUT_HIM, about_other=True).passes(8)
    room.told("learning_question", text=ABOUT_HIM, about_other=True).passes(8)

    assert room.said().count("learning_question_other") == 1
    assert room.said()[-1] == f"learning_question_kept text={ABOUT_HIM}"


def test_somebody_who_talks_for_long_is_whispered_about_once() -> None:
    room = talk(cue_channel="ear", in_turn=True).told("speaker", name="Bram")
    for _ in range(int(LONG_TALK // 10) + 4):
        room.hears("En toen gebeurde er nog iets.", seconds=9.5).passes(0.5)

    assert whispered(room) == ["long_talk name=Bram"]


def test_with_one_loudspeaker_long_talk_stays_unsaid() -> None:
    room = talk(in_turn=True).told("speaker", name="Bram")
    for _ in range(20):
        room.hears("En toen gebeurde er nog iets.", seconds=9.5).passes(0.5)

    assert not [line for line in room.said() if line.startswith("long_talk")]


def test_the_presenter_may_tell_the_story_for_long() -> None:
    room = Rehearsal(
        step("story", minutes=10, speaks=Who.PRESENTER), step("next"), cue_channel="ear"
    ).announced()
    for _ in range(20):
        room.hears("En toen gebeurde er nog iets.", seconds=9.5).passes(0.5)

    assert not [line for line in whispered(room) if line.startswith("long_talk")]


def test_at_half_time_of_a_round_the_ear_hears_who_has_not_spoken() -> None:
    room = talk(cue_channel="ear", in_turn=True)
    room.told("speaker", name="Noor").hears("Ik begin.").passes(5)
    room.told("speaker", name="Els").hears("Dan ik.").passes(310)

    assert [line for line in whispered(room) if line.startswith("not_spoken")] == [
        "not_spoken name=Bram"
    ]


def test_when_nobody_knows_who_spoke_nobody_is_named() -> None:
    room = talk(cue_channel="ear", in_turn=True).hears("Ik begin.").passes(310)

    assert "half_time" in " ".join(room.said())
    assert not [line for line in whispered(room) if line.startswith("not_spoken")]
