"""The doors for measuring: JSON lines in, JSON lines out."""

import io
import json
from typing import Any

import pytest

from assistant.cli.main import main


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(*lines: dict[str, Any] | str, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
        monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))
        assert main(["acts", "--language", "nl", *options]) == 0
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return asked


def test_an_advice_is_a_suggestion_and_a_question_is_not(ask: Any) -> None:
    advice, question = ask(
        {"id": "a", "text": "Je moet gewoon met de directeur gaan praten."},
        {"id": 7, "text": "Wat voelde je toen hij wegliep?"},
    )

    assert (advice["id"], advice["pred"], advice["audible"]) == ("a", "suggestion", True)
    assert advice["score"] == advice["acts"]["solution"]
    assert (question["id"], question["pred"], question["score"]) == (7, "other", 0.0)
    assert max(question["acts"], key=question["acts"].get) == "open_question"


def test_what_the_presenter_thinks_of_doing_is_no_advice(ask: Any) -> None:
    line = {"text": "Ik zou eerst met hem gaan praten."}

    assert ask(line)[0]["pred"] == "suggestion"
    assert ask({**line, "role": "presenter"})[0]["pred"] == "other"
    assert ask(line, options=("--role", "presenter"))[0]["pred"] == "other"


def test_every_line_is_answered_and_empty_ones_are_passed_over(ask: Any) -> None:
    found = ask({"text": ""}, "", {"text": "Ja."})

    assert [line["pred"] for line in found] == ["other", "other"]
    assert all(line["id"] is None for line in found)


@pytest.mark.parametrize("line", ["no json", '"words"', "[1]", '{"words": "Ja"}', '{"text": 5}'])
def test_a_line_that_makes_no_sense_is_named_without_its_words(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f'{{"text": "Ja."}}\n{line}\n'))

    assert main(["acts", "--language", "nl"]) == 1
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1
    assert "Line 2" in shown.err
    assert line not in shown.err
