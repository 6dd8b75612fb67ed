"""In: the name of a method, or none. Out: the methods there are, or one of them step by step."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli import AsJson, Language, configured, family, print_json, print_table

if TYPE_CHECKING:
    from assistant.core.method import Method

app = family("The methods that a session can follow.")


@app.command("list")
def list_methods(as_json: AsJson = False, language: Language = None) -> None:
    """All methods, with their minutes and the languages they are spoken in.

    Example: intervisie methods list --language en
    """
    from assistant.app import library

    settings = configured(language=language)
    known = library(settings)
    methods = known.methods()
    for problem in known.problems():
        print(f"intervisie: {problem.message}", file=sys.stderr)
    if as_json:
        print_json([_as_json(method) for method in methods])
        return
    print_table(
        ("method", "name", "minutes", "people", "level", "languages"),
        (
            (
                method.id,
                said(method.name, settings.language),
                f"{method.minutes:.0f}",
                f"{method.group[0]}-{method.group[1]}",
                method.level,
                " ".join(method.languages),
            )
            for method in methods
        ),
    )


@app.command("show")
def show_method(
    method: Annotated[str, typer.Argument(metavar="METHOD", help="See: methods list")],
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """One method: what it is for, where it comes from, its steps.

    Example: intervisie methods show seven-steps --language en
    """
    from assistant.app import library

    settings = configured(language=language)
    chosen = library(settings).method(method)
    if as_json:
        print_json(_as_json(chosen))
        return
    print(f"{said(chosen.name, settings.language)} ({chosen.id}), {chosen.minutes:.0f} min\n")
    print(f"{said(chosen.about, settings.language)}\n{chosen.source}\n")
    print_table(
        ("", "step", "minutes", "speaks", "kept out"),
        (
            (
                str(number),
                said(step.name, settings.language),
                f"{step.minutes:g}",
                step.speaks,
                ", ".join(step.forbidden),
            )
            for number, step in enumerate(chosen.steps, 1)
        ),
    )


def said(words: dict[str, str], language: str) -> str:
    """The text in this language, else in the first there is: a list must not fail on one."""
    return words.get(language) or next(iter(words.values()), "")


def _as_json(method: "Method") -> dict[str, object]:
    from dataclasses import asdict

    return {**asdict(method), "minutes": method.minutes, "languages": method.languages}
