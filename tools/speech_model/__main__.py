"""In: a command. Out: one stage of the speech model, or all of them: speech, training, export, figures.

python -m tools.speech_model all
"""

import json
import multiprocessing
import os
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from tools.speech_model import corpus, shards, voices

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)
console = Console(highlight=False)

WORK = corpus.ROOT / ".training"
MODEL = corpus.ROOT / "assistant" / "models" / "demonstration"
A_SHARD = 2000

Work = Annotated[Path, typer.Option(help="Folder for shards, checkpoint and tokenizer.")]


def _shard(work: tuple[Path, int]) -> Path:
    os.environ["OMP_NUM_THREADS"] = "1"
    return shards.make(work[0], work[1], A_SHARD)


@app.command()
def texts() -> None:
    """Count what there is to train on, and that nothing held out is among it."""
    table = Table(
        "language", "sentences", "words", "different words", "held out", "of those trained on"
    )
    for language in voices.LANGUAGES:
        found = corpus.sentences(language)
        spoken = [word for text in found for word in corpus.plain(text).split()]
        out = corpus.held_out(language)
        both = {corpus.plain(text) for text in found} & {corpus.plain(text) for text in out}
        table.add_row(
            language,
            *(str(n) for n in (len(found), len(spoken), len(set(spoken)), len(out), len(both))),
        )
    console.print(table)


@app.command()
def speak(
    count: Annotated[int, typer.Option(help="Examples, in thousands.")] = 60,
    work: Work = WORK,
) -> None:
    """Synthesise examples; what is there already stays."""
    jobs = [(work / "shards", number) for number in range(count * 1000 // A_SHARD)]
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for _ in track(
            pool.imap_unordered(_shard, jobs),
            total=len(jobs),
            description="Speaking",
            console=console,
        ):
            pass


@app.command()
def train(
    minutes: Annotated[float, typer.Option(help="Of training, all runs together.")] = 180,
    device: Annotated[str, typer.Option(help="cpu, or cuda where there is one.")] = "cpu",
    frames: Annotated[int, typer.Option(help="Frames of 10 ms in a batch.")] = 9000,
    rate: Annotated[float, typer.Option(help="Learning rate at its height.")] = 3e-3,
    work: Work = WORK,
) -> None:
    """Train, or go on from the checkpoint. Ctrl-C keeps the last one."""
    import torch

    from tools.speech_model import tokens, train

    path = work / "tokenizer.json"
    if not path.exists():
        weights = {"nl": 1, "en": 2, "de": 3}  # so that no language has all the pieces
        tokens.train(
            f" {text}"
            for language, weight in weights.items()
            for _ in range(weight)
            for text in corpus.sentences(language)
        ).save(str(path))
    if device == "cpu":
        torch.set_num_threads(os.cpu_count() or 1)
    found = tokens.Tokens.load(path)
    train.train(
        shards=[work / "shards"],
        tokens=found,
        checkpoint=work / "checkpoint.pt",
        plan=train.Plan(minutes=minutes, rate=rate, frames=frames),
        shape=train.Shape(tokens=found.count),
        device=device,
        say=console.print,
    )


@app.command()
def export(
    to: Annotated[Path, typer.Option(help="Folder of the model.")] = MODEL,
    work: Work = WORK,
) -> None:
    """Write the model as faster-whisper loads it, with a card that has no figures yet."""
    from tools.speech_model.export import export

    to.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(Path(__file__).parent / "card.json", to / "card.json")
    folder = export(work / "checkpoint.pt", work / "tokenizer.json", to)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    console.print(f"{folder}: {size:.1f} MB")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Option(help="Folder of the model.")] = MODEL,
    sentences: Annotated[int, typer.Option(help="Held-out sentences per language.")] = 200,
    show: Annotated[bool, typer.Option("--show", help="Print what was heard wrong.")] = False,
    card: Annotated[bool, typer.Option("--card", help="Write the figures on the card.")] = False,
) -> None:
    """Measure on the held-out sentences."""
    from tools.speech_model import evaluate

    results = []
    table = Table("language", "kind", "sentences", "words wrong", "goal", "word starts off by")
    for language in voices.LANGUAGES:
        whisper = evaluate.transcriber(model, language)
        for kind in evaluate.KINDS:
            result = evaluate.measure(
                whisper, language, kind, sentences, console.print if show else None
            )
            results.append(result)
            table.add_row(
                language,
                kind.name,
                str(result.sentences),
                f"{result.wer:.1%}",
                f"{evaluate.GOALS[kind.name][language]:.1%}",
                f"{result.word_start:.3f} s" if result.word_start is not None else "",
            )
    console.print(table)
    whisper = evaluate.transcriber(model, "nl")
    found = evaluate.detected(whisper, sentences)
    noise = evaluate.invented(whisper)
    seconds = evaluate.decode_seconds(whisper, "nl")
    languages = ", ".join(f"{language} {share:.0%}" for language, share in found.items())
    console.print(f"language found, utterances over 3 s (goal 95%): {languages}")
    console.print(f"text invented where nobody speaks (goal 0%): {noise:.0%}")
    start, end = evaluate.edges(model, "nl")
    console.print(f"own times, padded windows: start off by {start:.2f} s, end by {end:.2f} s")
    console.print(f"decoding of 4 s (goal 0.25 s): {seconds:.3f} s")
    if card:
        path = model / "card.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        data["figures"] = [result.as_dict() for result in results]
        data["by_voice"] = {
            language: evaluate.by_voice(evaluate.transcriber(model, language), language)
            for language in voices.LANGUAGES
        }
        data["language_found"] = found
        data["invented_in_silence"] = noise
        path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@app.command()
def all(  # noqa: A001, PLR0917
    minutes: Annotated[float, typer.Option(help="Of training.")] = 180,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    count: Annotated[int, typer.Option(help="Examples, in thousands.")] = 60,
    sentences: Annotated[int, typer.Option(help="Held-out sentences per language.")] = 200,
    to: Annotated[Path, typer.Option(help="Folder of the model.")] = MODEL,
    work: Work = WORK,
) -> None:
    """Everything: texts, speech, training, export, figures."""
    texts()
    speak(count=count, work=work)
    train(minutes=minutes, device=device, work=work)
    export(to=to, work=work)
    evaluate(model=to, sentences=sentences, card=True)


if __name__ == "__main__":
    app()
