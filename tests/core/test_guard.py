"""The guard as dialogue: step × role × act gives a flag, a cue, a parked idea."""

from assistant.core.actions import Channel, Level, Retract, Say
from assistant.core.method import CaptureBy, CaptureKind, CaptureRule, Who
from tests.playbook import Rehearsal, step

ADVICE = "Je moet met de directeur praten."


def questions(**began: object) -> Rehearsal:
    return Rehearsal(
        step("questions", allowed=["open_question", "answer"], forbidden=["idea", "advice"]),
        step(
            "brainstorm",
            allowed=["idea", "advice"],
            forbidden=["judgement", "reaction"],
            silent=(Who.PRESENTER,),
            speaks=Who.OTHERS,
            keeps=(CaptureRule(what=CaptureKind.IDEA, by=CaptureBy.ACT),),
            reads=("parked_idea",),
        ),
        **began,
    ).announced()


def test_a_solution_in_the_question_round_is_flagged_said_and_parked() -> None:
    room = questions().hears(ADVICE, solution=0.9).passes(5)

    assert [(f.act.value, f.level) for f in room.flags()] == [("solution", Level.AUDIBLE)]
    assert room.kept() == [("parked_idea", ADVICE)]
    assert room.said()[-1] == "flag_solution"


def test_the_parked_idea_comes_back_in_the_brainstorm() -> None:
    room = questions().hears(ADVICE, solution=0.9).passes(5).told("next").announced()

    assert "earlier_intro" in room.said()
    assert "earlier_item text=Je moet met de directeur praten" in room.said()


def test_without_parked_ideas_nothing_is_read() -> None:
    room = questions().told("next").announced()

    assert not [line for line in room.said() if line.startswith("earlier")]


def test_an_idea_in_the_brainstorm_is_no_flag_and_is_kept() -> None:
    room = questions().told("next").announced().hears(ADVICE, solution=0.9)

    assert room.flags() == []
    assert ("idea", ADVICE) in room.kept()


def test_a_judgement_during_the_brainstorm_is_flagged_and_not_kept() -> None:
    room = questions().told("next").announced().hears("Dat is een slecht plan.", judgement=0.8)

    assert [f.act.value for f in room.flags()] == ["judgement"]
    assert room.kept() == []


def test_an_unsure_act_is_no_flag_and_a_likely_one_is_only_marked() -> None:
    room = questions().hears(ADVICE, solution=0.4).hears(ADVICE, solution=0.7).passes(5)

    assert [f.level for f in room.flags()] == [Level.QUIET]
    assert "flag_solution" not in room.said()


def test_at_most_one_spoken_cue_a_minute() -> None:
    room = questions()
    for _ in range(5):
        room.hears(ADVICE, solution=0.9).passes(15)

    assert room.said().count("flag_solution") == 2
    assert len(room.flags()) == 5


def test_the_third_cue_of_a_step_is_a_question_to_the_facilitator_and_the_last() -> None:
    room = questions()
    for _ in range(6):
        room.hears(ADVICE, solution=0.9).passes(65)

    cues = [line for line in room.said() if line.startswith("flag_")]
    assert cues == ["flag_solution", "flag_solution", "flag_to_facilitator"]


def test_the_cue_goes_to_the_ear_when_that_is_set() -> None:
    room = questions(cue_channel="ear").hears(ADVICE, solution=0.9).passes(5)

    says = [a for _, a in room.log if isinstance(a, Say) and a.text == "flag_solution"]
    assert [a.channel for a in says] == [Channel.EAR]


def test_on_screen_only_nothing_is_said() -> None:
    room = questions(cue_channel="screen").hears(ADVICE, solution=0.9).passes(5)

    assert len(room.flags()) == 1
    assert "flag_solution" not in room.said()


def test_what_the_presenter_plans_is_no_advice() -> None:
    room = questions().told("speaker", name="Noor").hears("Ik ga hem bellen.", solution=0.9)

    assert room.flags() == []


def test_a_presenter_who_reacts_while_silent_is_flagged() -> None:
    room = questions().told("next").announced().told("speaker", name="Noor")
    room.hears("Ja maar dat heb ik al gedaan.", reaction=0.9).passes(5)

    assert [f.act.value for f in room.flags()] == ["reaction"]
    assert "flag_reaction" in room.said()


def test_a_reaction_of_somebody_unknown_is_marked_and_not_said() -> None:
    room = questions().told("next").announced().hears("Ja maar…", reaction=0.95).passes(5)

    assert [f.level for f in room.flags()] == [Level.QUIET]


def test_a_flag_taken_back_takes_the_parked_idea_with_it() -> None:
    room = questions().hears(ADVICE, solution=0.9).passes(5).told("not_a_solution").passes(3)

    assert any(isinstance(a, Retract) for _, a in room.log)
    room.told("next").announced()
    assert "earlier_intro" not in room.said()


def test_what_was_no_solution_is_none_for_the_rest_of_the_session() -> None:
    room = questions().hears(ADVICE, solution=0.9).passes(5).told("not_a_solution").passes(90)

    room.hears("Dus je moet praten met de directeur.", solution=0.9).passes(5)
    assert len(room.flags()) == 1
    room.hears("Neem een tolk mee naar het volgende gesprek.", solution=0.9).passes(5)
    assert len(room.flags()) == 2


def test_the_answer_of_the_presenter_to_a_question_is_no_advice() -> None:
    room = questions().told("speaker", name="Noor")
    room.hears("Ik zou hem eerst willen bellen.", solution=0.85, own_plan=0.5)

    assert room.flags() == []


def test_a_text_that_arrives_late_is_judged_by_the_step_in_which_it_was_spoken() -> None:
    from assistant.core.events import Heard
    from assistant.core.speech import ActScore, SpeechAct, Utterance

    room = questions()
    spoken = room.now
    room.told("next").announced()
    late = Utterance(id=99, start=spoken, end=spoken + 2, text=ADVICE)
    solution = (ActScore(act=SpeechAct.SOLUTION, probability=0.9),)

    room.do(Heard(at=room.now, utterance=late, acts=solution))

    assert [f.step for f in room.flags()] == ["questions"]
    assert [f.level for f in room.flags()] == [Level.QUIET]


def test_nothing_is_flagged_or_kept_during_a_pause() -> None:
    room = questions().told("pause").hears(ADVICE, solution=0.9)

    assert room.flags() == []
    assert room.kept() == []


def test_the_learning_question_is_kept_and_read_back_and_the_last_one_counts() -> None:
    room = Rehearsal(step("intro"), step("ideas", reads=("learning_question",))).announced()
    room.told("learning_question", text="Hoe blijf ik rustig?").passes(5)
    room.told("learning_question", text="Hoe blijf ik bij mezelf?").passes(5)
    room.told("next").announced()

    assert "learning_question_kept text=Hoe blijf ik rustig?" in room.said()
    assert "read_learning_question text=Hoe blijf ik bij mezelf?" in room.said()
    assert "read_learning_question text=Hoe blijf ik rustig?" not in room.said()


def test_mark_keeps_the_last_sentence() -> None:
    room = questions().hears("Ik voelde mij klein.").told("mark").passes(3)

    assert ("mark", "Ik voelde mij klein.") in room.kept()
