"""In: prompts/ and methods/ as shipped. Out: what every language must have, and how it must sound."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant.core.hearing.cleanup import Draft, clean
from assistant.core.method import CaptureKind
from assistant.core.session.view import Phase
from assistant.core.speech import SpeechAct
from assistant.inputs.library import Library, shipped_folder, slots

LANGUAGES = ("nl", "en")
MOST_WORDS = 15
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
    often = (
        "flag_solution",
        "half_time",
        "one_minute",
        "time_up",
        "paused",
        "resumed",
        "time_left",
    )
    for key in often:
        assert len(table(language, "spoken")["spoken"][key]) >= 2, key


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
