"""In: JSON lines on standard input. Out: JSON lines: what the assistant makes of each text.

Doors for measuring from outside: what goes in and what comes out is all there is to know.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from assistant.cli import Language, configured
from assistant.core.errors import AssistantError

Step = Annotated[str, typer.Option("--step", help="Kind of step, when a line names none.")]
Role = Annotated[str, typer.Option("--role", help="Who speaks, when a line does not say.")]


def acts(language: Language = None, step: Step = "", role: Role = "") -> None:
    """Tell what kind of contribution each text is.

    Reads lines of JSON with `text`, and if known `id`, `role` (presenter or other) and `step`. Writes
    one line each: the probability of each act, `score` for a solution or advice, `pred` ('suggestion'
    or 'other', at the quiet threshold), and whether it is sure enough to be said aloud.

    Example: intervisie acts --language nl < lines.jsonl
    """
    from assistant.app import library
    from assistant.app.parts import judge
    from assistant.core.session.context import Context, in_context
    from assistant.core.session.guard import counts, is_audible, kept_out
    from assistant.core.speech import SpeechAct

    settings = configured(language=language)
    words = library(settings)
    known = judge(words, settings.language)
    out = {step.id: kept_out(step) for method in words.methods() for step in method.steps}

    def answer(line: Mapping[str, Any]) -> dict[str, Any]:
        who = line.get("role") or role
        context = Context(
            presenter=who == "presenter" if who else None,
            out=out.get(str(line.get("step") or step), frozenset()),
        )
        acts = in_context(known.score(line["text"]), context)
        advice = next((score for score in acts if score.act is SpeechAct.SOLUTION), None)
        return {
            "id": line.get("id"),
            "acts": {score.act.value: round(score.probability, 4) for score in acts},
            "score": round(advice.probability, 4) if advice else 0.0,
            "pred": "suggestion" if advice and counts(advice) else "other",
            "audible": bool(advice and is_audible(advice)),
        }

    _through(answer, step)


def _through(answer: Callable[[Mapping[str, Any]], Mapping[str, Any]], step: str) -> None:
    for line in _lines():
        print(json.dumps(answer({"step": step, **line}), ensure_ascii=False), flush=True)


def _lines() -> Iterator[Mapping[str, Any]]:
    """The lines that came in.

    Raises:
        AssistantError: a line is no JSON object with a text; it says which, and not what is in it.
    """
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except ValueError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("text"), str):
            raise AssistantError(
                f"Line {number} of the input is not a JSON object with a text.",
                'Give lines such as {"text": "Je moet hem bellen."}',
            )
        yield data
