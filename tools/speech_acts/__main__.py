"""In: a command. Out: one stage of the judge of speech acts, or all: words, learning, figures.

python -m tools.speech_acts all
"""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from tools.speech_acts import data
from tools.speech_acts.data import LANGUAGES

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)
console = Console(highlight=False)

Language = Annotated[
    list[str], typer.Option("--language", "-l", help="Two letters; all when none.")
]
EVERY: list[str] = list(LANGUAGES)


@app.command()
def count() -> None:
    """Count the labelled utterances by language and round."""
    table = Table("language", "round", "utterances", "with advice", "for")
    for language in LANGUAGES:
        for lines, use in (
            (data.lines(language), "learning"),
            (data.held_back(language), "measuring"),
        ):
            for name in sorted({line.round for line in lines}):
                found = [line for line in lines if line.round == name]
                advice = sum(line.advises for line in found)
                table.add_row(language, name, str(len(found)), str(advice), use)
    console.print(table)


@app.command()
def words(language: Language = EVERY) -> None:
    """Look up what the commonest words are (some minutes a language)."""
    from rich.progress import track

    from tools.speech_acts import train, words

    for one in language:
        common = track(words.common(one), description=f"Words ({one})", console=console)
        made = words.lexicon(one, common, words.tagger(one), words.lemmatiser(one))
        path = words.save(made, one, train.MODELS)
        console.print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


@app.command()
def learn(language: Language = EVERY) -> None:
    """Learn from the utterances, choose thresholds on rounds left out, and write the weights."""
    from tools.speech_acts import train

    for one in language:
        path = train.learn(one, console.print)
        console.print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


@app.command()
def thresholds(language: Language = EVERY) -> None:
    """Choose calibration and thresholds anew for what was learned before."""
    from tools.speech_acts import train

    for one in language:
        console.print(train.again(one))


@app.command()
def figures(language: Language = EVERY) -> None:
    """Measure what is in the package on the rounds that were kept back."""
    from tests.bench import acts

    for one in language:
        table = Table("what", "figure (95 %)", "goal", "utterances", title=one)
        for row in acts.rows(one):
            table.add_row(*row)
        console.print(table)


@app.command()
def all(language: Language = EVERY) -> None:  # noqa: A001
    """Everything: count, words, learn, figures."""
    count()
    words(language)
    learn(language)
    figures(language)


if __name__ == "__main__":
    app()
