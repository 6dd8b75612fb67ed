"""In: this machine. Out: one table of figures, and the same as a JSON line.

    python -m tests.bench [--out bench.jsonl]

Goals stand beside the figures; a goal that is missed is printed as missed, not hidden. How well speech
acts are told apart is also written into the README.
"""

import argparse
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import acts

Figure = tuple[str, float | None, str, str]
"""Name, value, unit, goal ('' when there is none)."""


def start_up() -> list[Figure]:
    """`intervisie --help`, the best of seven."""
    command = [sys.executable, "-m", "assistant", "--help"]
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return [("intervisie --help", min(times), "s", "0.25")]


def silence() -> list[Figure]:
    """Processor time of the ear for two minutes of a silent room."""
    import numpy as np

    from assistant.core.hearing.segmenter import Limits, Segmenter
    from assistant.inputs.sound import BLOCK, RATE
    from assistant.inputs.voice_activity import VoiceActivity

    activity, segmenter = VoiceActivity(), Segmenter(Limits())
    noise = np.random.default_rng(1).normal(0, 0.001, 120 * RATE).astype(np.float32)
    start = time.process_time()
    for at in range(0, len(noise) - BLOCK, BLOCK):
        segmenter.feed(BLOCK / RATE, activity(noise[at : at + BLOCK]))
    used = time.process_time() - start
    return [("ear in silence, share of one core", 100 * used / 120, "%", "3")]


def voice() -> list[Figure]:
    """From asking for the first line to having its sound, and for a later one."""
    from assistant.outputs.synthesizer import Synthesizer

    start = time.perf_counter()
    synthesizer = Synthesizer(language="nl")
    try:
        synthesizer.render("Welkom. Vandaag een casus, in zeven stappen.")
        first = time.perf_counter() - start
        start = time.perf_counter()
        synthesizer.render("Nog een minuut.")
        later = time.perf_counter() - start
    finally:
        synthesizer.close()
    return [("first line rendered", first, "s", "1.5"), ("later line rendered", later, "s", "")]


def live() -> list[Figure]:
    """A live session on virtual devices, where PulseAudio is installed."""
    if not shutil.which("pulseaudio"):
        return [("live session (needs pulseaudio)", None, "", "")]
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.live"], check=True, capture_output=True, text=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        ("first spoken word after `run`, best of three", found["first_word"], "s", "1.5"),
        ("live session in silence, share of one core", found["silence"], "%", "3"),
    ]


def demonstration(language: str) -> list[Figure]:
    """The whole loop on simulated sound."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "assistant", "demo", "--plain", "--language", language]
        start = time.perf_counter()
        subprocess.run([*command, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - start
        figures = json.loads((Path(folder) / "demo.json").read_text())
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        (f"demo {language}, wall clock", took, "s", "90"),
        (f"demo {language}, session clock", figures["session_seconds"] / 60, "min", ""),
        (f"demo {language}, pause to decision, p50", figures["lateness_p50"], "s", ""),
        (f"demo {language}, pause to decision, p95", figures["lateness_p95"], "s", "0.5"),
        (f"demo {language}, word error rate", 100 * figures["wer"], "%", DEMO_GOALS[language]),
        (
            f"demo {language}, flags caught",
            figures["flags_caught"],
            f"of {figures['flags_scripted']}",
            "",
        ),
        (f"demo {language}, flags false", figures["flags_false"], "", ""),
        ("memory at most", memory, "MiB", ""),
    ]


DEMO_GOALS = {"nl": "8", "en": "10"}
"""The demonstration's voices are voices that the model was trained with."""


def demonstrations() -> list[Figure]:
    """In each language that has a script."""
    return [figure for language in DEMO_GOALS for figure in demonstration(language)]


def hearing() -> list[Figure]:
    """The demonstration model on sentences and voices that it was never trained with."""
    from tools.speech_model import evaluate, voices

    figures: list[Figure] = []
    for language in voices.LANGUAGES:
        whisper = evaluate.transcriber(None, language)
        for kind in evaluate.KINDS:
            found = evaluate.measure(whisper, language, kind, HELD_OUT)
            goal = f"{100 * evaluate.GOALS[kind.name][language]:g}"
            figures.append((f"{language}, {kind.short}: words wrong", 100 * found.wer, "%", goal))
            starts = f"{language}, {kind.short}: word starts off by"
            figures.append((starts, found.word_start, "s", "0.15"))
    whisper = evaluate.transcriber(None, "nl")
    for language, share in evaluate.detected(whisper, HELD_OUT).items():
        figures.append((f"{language}: taken for another language", 100 * (1 - share), "%", "5"))
    figures.append(("text where nobody speaks", 100 * evaluate.invented(whisper), "%", "0"))
    figures.append(("decoding of 4 s", evaluate.decode_seconds(whisper, "nl"), "s", "0.25"))
    return figures


HELD_OUT = 150
"""Held-out sentences a language and kind; all of them take a third longer."""

PARTS: tuple[Callable[[], list[Figure]], ...] = (
    *(start_up, silence, voice, live, demonstrations, hearing),
)


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--out", type=Path, help="append the figures to this file as one JSON line")
    wanted = parser.parse_args()
    figures = [figure for part in PARTS for figure in part()]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    for name, value, unit, goal in figures:
        shown = "-" if value is None else f"{value:.3g}"
        met = "" if not goal or value is None else f"goal {goal}"
        if goal and value is not None:
            met += " met" if value <= float(goal) else " MISSED"
        print(f"{name:<52}{shown:>8} {unit:<6}{met}")
    listening = acts.tables()
    print(acts.shown(listening))
    acts.document(listening)
    if wanted.out:
        line = json.dumps({name: value for name, value, *_ in figures})
        with wanted.out.open("a") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    main()
