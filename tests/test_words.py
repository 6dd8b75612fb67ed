"""In: prompts/ and methods/ as shipped. Out: what every language must have, and how it must sound."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant.core.hearing.cleanup import Draft, clean
from assistant.core.language.acts import Acts
from assistant.core.language.commands import Commands
from assistant.core.method import CaptureKind
from assistant.core.session.guard import COUNTS_AS, QUIET
from assistant.core.session.view import Phase
from assistant.core.speech import Intent, SpeechAct
from assistant.inputs.library import Library, shipped_folder, slots

LANGUAGES = ("nl", "en")
MOST_WORDS = 15
PEOPLE = ("Noor", "Bram")
CODE = Path(__file__).parent.parent / "assistant"
every_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def shipped() -> Library:
    return Library([shipped_folder()])


def table(language: str, name: str) -> dict[str, Any]:
    return shipped().table(language, name)


def sentences() -> Iterator[tuple[str, str]]:
    """Everything that is spoken aloud, with where it stands."""
    for language in LANGUAGES:
        for key, variants in table(language, "spoken")["spoken"].items():
            yield from ((f"{language} {key}", one) for one in variants)
    for method in shipped().methods():
        for step in method.steps:
            for language, lines in step.explain.items():
                yield from ((f"{method.id} {step.id} {language}", one) for one in lines)


def filled(sentence: str) -> str:
    return re.sub(r"\{\w+\}", "woord", sentence)


@cache
def grammar(language: str) -> Commands:
    words = table(language, "commands")
    return Commands(words, shipped().phrases(language).numbers, words["address"])


def obeyed(language: str, heard: str) -> set[Intent]:
    """What would be done on hearing this, in a pause or not."""
    found = [grammar(language).parse(heard, PEOPLE, state) for state in ("running", "paused")]
    return {command.intent for command in found if command is not None}


def lines(language: str) -> Iterator[tuple[str, str]]:
    """Every line as it may sound, with a likely value in each slot; spans stand inside others."""
    spoken = table(language, "spoken")["spoken"]
    numbers = table(language, "spoken")["numbers"]
    question = {"nl": "hoe blijf ik rustig", "en": "how do I stay calm"}[language]
    other = {"number": numbers[3], "steps": numbers[7], "n": numbers[4], "text": question}
    other |= {"method": "Brainstorm", "next": "Brainstorm", "step": "Brainstorm"}
    for span in (spoken["minutes_span"][0].format(n=numbers[5]), spoken["one_minute_span"][0]):
        times = dict.fromkeys(("left", "later", "minutes"), span)
        for key, variants in spoken.items():
            if not key.endswith(("_span", "_a_minute")):
                yield from ((key, one.format(**times, **other, name="Noor")) for one in variants)
    for method in shipped().methods():
        for step in method.steps:
            yield from ((f"{method.id} {step.id}", one) for one in step.explain[language])


def code(folder: str) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((CODE / folder).rglob("*.py")))


def test_both_languages_say_the_same_things() -> None:
    spoken = [set(table(language, "spoken")["spoken"]) for language in LANGUAGES]
    assert spoken[0] == spoken[1]


def test_both_languages_fill_the_same_slots_in_every_variant_but_the_halfway_questions() -> None:
    for key, dutch in table("nl", "spoken")["spoken"].items():
        english = table("en", "spoken")["spoken"][key]
        found = [slots(one) for one in (*dutch, *english)]
        if key == "half_time":  # some variants ask a question in place of the time
            assert {frozenset(one) for one in found} == {frozenset(), frozenset({"left"})}
        else:
            assert all(one == found[0] for one in found), key


def test_both_languages_have_the_same_labels_on_the_screen() -> None:
    assert set(table("nl", "screen")) == set(table("en", "screen"))


@every_language
def test_no_label_on_the_screen_is_empty_or_broken_over_lines(language: str) -> None:
    for key, label in table(language, "screen").items():
        assert isinstance(label, str), key
        assert label == label.strip() != "", key
        assert "\n" not in label, key


def test_what_is_spoken_is_short_and_without_digits_or_brackets() -> None:
    said = [(where, filled(sentence)) for where, sentence in sentences()]
    assert len(said) > 200
    assert [one for one in said if len(one[1].split()) > MOST_WORDS] == []
    assert [one for one in said if re.search(r"[\d()\[\]{}<>/*_#]", one[1])] == []
    assert [one for one in said if not one[1] or one[1] != one[1].strip()] == []


@every_language
def test_what_is_said_often_is_not_said_twice_in_the_same_words(language: str) -> None:
    for key, variants in table(language, "spoken")["spoken"].items():
        assert len(set(variants)) == len(variants), key
    often = """step round_starts half_time one_minute time_up time_left paused resumed extended
        marked flag_solution flag_judgement flag_reaction flag_closed_question
        flag_suggestive_question"""
    for key in often.split():
        assert len(table(language, "spoken")["spoken"][key]) >= 3, key


@pytest.mark.slow
@every_language
def test_the_assistant_never_obeys_itself(language: str) -> None:
    """A line of one to three words is not known as its own when it leaks into the microphone
    (core/hearing/own_voice.py), so no line, and no sentence of one, may be a command."""
    parts = {
        (key, part)
        for key, line in lines(language)
        for part in (line, *re.split(r"(?<=[.?!])\s+", line))
    }
    assert len(parts) > 200
    assert [(key, part) for key, part in sorted(parts) if obeyed(language, part)] == []


TOLD = [
    (
        "nl",
        "welcome_rules",
        {"pauze": "pause", "volgende stap": "next", "hoe lang nog": "time_left"},
    ),
    ("nl", "welcome_rules", {"meer tijd": "more_time"}),
    ("nl", "time_up", {"meer tijd": "more_time", "volgende stap": "next"}),
    ("nl", "paused", {"verder": "resume", "ga verder": "resume"}),
    ("nl", "recording_off", {"opname aan": "recording_on"}),
    ("nl", "end_confirm", {"einde sessie": "end"}),
    ("nl", "help", {"terug": "previous", "herhaal": "repeat", "verder": "resume"}),
    ("en", "welcome_rules", {"pause": "pause", "next step": "next", "how long left": "time_left"}),
    ("en", "welcome_rules", {"more time": "more_time"}),
    ("en", "time_up", {"more time": "more_time", "next step": "next"}),
    ("en", "paused", {"continue": "resume", "carry on": "resume"}),
    ("en", "recording_off", {"recording on": "recording_on"}),
    ("en", "end_confirm", {"end session": "end"}),
    ("en", "help", {"back": "previous", "repeat": "repeat", "continue": "resume"}),
]


@pytest.mark.parametrize(("language", "key", "told"), TOLD)
def test_what_people_are_told_to_say_is_understood(
    language: str, key: str, told: dict[str, str]
) -> None:
    said = " ".join(table(language, "spoken")["spoken"][key]).casefold()
    for words, intent in told.items():
        assert words in said
        assert Intent(intent) in obeyed(language, words)


@every_language
def test_no_example_question_is_what_its_own_step_keeps_out(language: str) -> None:
    acts = Acts(table(language, "acts"))
    for method in shipped().methods():
        for step in method.steps:
            for question in step.questions[language]:
                likely = [one.act for one in acts.score(question) if one.probability >= QUIET]
                out = [act for act in likely if COUNTS_AS[act] & set(step.forbidden)]
                assert out == [], f"{method.id} {step.id}: {question}"
                assert not obeyed(language, question), question


@every_language
def test_every_sentence_the_session_asks_for_is_there(language: str) -> None:
    """Literal keys in the code of the session; those put together are named in the next test."""
    asked = set(re.findall(r"(?:\bsay|_answer|close)\(\s*\"([a-z_]+)\"", code("core/session")))
    asked |= set(re.findall(r"\"((?:trouble|read|flag|goodbye)_[a-z_]+)\"", code("core/session")))
    asked |= set(re.findall(r"spoken\[\"([a-z_]+)\"\]", code("core")))
    assert {"welcome", "time_up", "trouble_journal", "goodbye_stopped", "minutes_span"} <= asked
    assert asked <= set(table(language, "spoken")["spoken"])


@every_language
def test_no_sentence_is_there_that_nobody_asks_for(language: str) -> None:
    words = code("core")
    acts = {f"flag_{act}" for act in SpeechAct}
    kept = {f"{kind}_kept" for kind in CaptureKind}
    for key in table(language, "spoken")["spoken"]:
        assert f'"{key}"' in words or key in acts | kept, key


@every_language
def test_every_label_the_screen_and_the_command_line_look_up_is_there(language: str) -> None:
    words = code("outputs") + code("cli")
    asked = set(re.findall(r"label\(\w*\.?_?labels, [\"']([a-z_]+)[\"']\)", words))
    asked |= set(re.findall(r"labels\.get\([\"']([a-z_]+)[\"']", words))
    assert {"step", "unknown", "saved_in", "wer"} <= asked
    asked |= {"flags_caught", "flags_missed", "flags_false", "overtime", "left", "paused"}
    asked |= {f"phase_{phase}" for phase in Phase}
    asked |= {f"act_{act}" for act in SpeechAct}
    asked |= {f"kept_{kind}" for kind in CaptureKind}
    asked |= {f"finished_{how}" for how in ("completed", "ended", "stopped", "source_ended")}
    assert asked <= set(table(language, "screen"))


@every_language
def test_numbers_up_to_sixty_are_words_all_different(language: str) -> None:
    numbers = table(language, "spoken")["numbers"]
    assert list(numbers) == list(range(61))
    assert len(set(numbers.values())) == 61
    assert not any(re.search(r"\d|\s", word) for word in numbers.values())


def test_dutch_one_has_its_accents() -> None:
    assert shipped().phrases("nl").minutes(60) == "één minuut"


@every_language
def test_credits_that_models_invent_are_left_out_and_real_words_are_not(language: str) -> None:
    invented = table(language, "hearing")["credits"]
    assert 10 <= len(invented) <= 20
    assert len({one.casefold() for one in invented}) == len(invented)
    for one in invented:
        assert not isinstance(clean(Draft(text=one, seconds=4.0), invented), Draft), one
    for said in (
        "Bedankt voor het meekijken naar mijn casus, ik neem dat mee.",
        "Thank you for watching how I handled that meeting.",
        "Ik hoorde muziek en applaus in de gang.",
    ):
        assert isinstance(clean(Draft(text=said, seconds=4.0), invented), Draft), said


@every_language
def test_every_method_there_is_can_be_spoken(language: str) -> None:
    library = shipped()
    methods = library.methods()
    assert [str(problem) for problem in library.problems()] == []
    assert {"seven-steps", "five-steps", "incident"} <= {method.id for method in methods}
    for method in methods:
        assert language in method.languages, method.id
