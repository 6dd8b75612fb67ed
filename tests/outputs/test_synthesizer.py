"""Sentences -> sound, with the real espeak-ng of the wheel in its own process."""

import os
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import VoiceError
from assistant.outputs.sound import Sound, read, trimmed
from assistant.outputs.synthesizer import Synthesizer, clean

SENTENCE = "We beginnen nu met de eerste stap van deze intervisie."
WORKER = Path(__file__).parents[2] / "assistant" / "outputs" / "speech_worker.py"

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@pytest.fixture(scope="module")
def voice() -> Iterator[Synthesizer]:
    synthesizer = Synthesizer(language="nl")
    synthesizer.render("Een.")
    yield synthesizer
    synthesizer.close()


@pytest.fixture
def opened() -> Iterator[Callable[..., Synthesizer]]:
    """Makes synthesizers that are closed after the test."""
    made = []

    def make(**settings: object) -> Synthesizer:
        made.append(Synthesizer(**{"language": "nl", **settings}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def temp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files go during the test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def fake(body: str) -> list[str]:
    """A worker that says it is ready and then does as told for each line."""
    start = "import sys, json\ndef say(**x): print(json.dumps(x), flush=True)\nsay(ok=True)\n"
    return [sys.executable, "-c", start + "for line in sys.stdin:\n    " + body]


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def gone(process: int, within: float) -> bool:
    end = time.monotonic() + within
    while alive(process) and time.monotonic() < end:
        threading.Event().wait(0.01)
    return not alive(process)


def test_a_sentence_becomes_sound_of_the_length_it_takes_to_say(voice: Synthesizer) -> None:
    sound = voice.render(SENTENCE)

    assert sound.rate == 22_050
    assert sound.samples.dtype == np.float32
    assert 2.0 < sound.seconds < 5.0
    assert 0.3 < np.max(np.abs(sound.samples)) <= 1.0
    assert np.sqrt(np.mean(sound.samples**2)) > 0.03


def test_it_starts_and_ends_with_no_more_than_a_moment_of_silence(voice: Synthesizer) -> None:
    sound = voice.render(SENTENCE)

    loud = np.flatnonzero(np.abs(sound.samples) > 0.001) / sound.rate
    assert loud[0] <= 0.051
    assert sound.seconds - loud[-1] == pytest.approx(0.05, abs=0.002)


def test_a_higher_rate_is_faster(voice: Synthesizer) -> None:
    assert voice.render(SENTENCE, rate=260).seconds < 0.75 * voice.render(SENTENCE).seconds


@pytest.mark.slow
def test_each_line_has_its_own_rate_and_none_that_of_the_line_before(voice: Synthesizer) -> None:
    """espeak-ng takes its settings in a thread of its own; unwatched, 4 of 12 were lost."""
    lengths: dict[int, list[float]] = {130: [], 280: []}
    for turn in range(20):
        for rate, found in lengths.items():
            found.append(voice.render(f"Dit is zin nummer {turn} van twintig.", rate=rate).seconds)
        voice.render("Een.", pitch=turn)

    ratios = np.array(lengths[130]) / np.array(lengths[280])
    assert np.all(ratios > 1.7)


def pitch_of(sound: Sound) -> float:
    """Hertz: the strongest repetition between 60 and 400 a second in the loudest half second."""
    size = sound.rate // 2
    first = int(np.argmax(np.convolve(sound.samples**2, np.ones(size), "valid")))
    piece = sound.samples[first : first + size]
    spectrum = np.fft.rfft(piece, 2 * size)
    again = np.fft.irfft(np.abs(spectrum) ** 2)
    low, high = sound.rate // 400, sound.rate // 60
    return sound.rate / (low + int(np.argmax(again[low:high])))


def test_a_higher_pitch_is_higher(voice: Synthesizer) -> None:
    low, high = (voice.render("Aaaaaaaaaah.", pitch=pitch) for pitch in (10, 90))

    assert pitch_of(high) > 1.2 * pitch_of(low)


@pytest.mark.parametrize("name", ["nl", "nl+f2", "en-gb", "de", "en-us+m3", "nl-be", "gmw/nl"])
def test_voices_languages_and_variants_are_known(voice: Synthesizer, name: str) -> None:
    assert voice.render("Een twee drie.", voice=name).seconds > 0.5


@pytest.mark.parametrize("name", ["zz", "nlx", "mb-nl2", "xx+f2"])
def test_an_unknown_voice_is_said_to_be_unknown_and_no_other_speaks(
    voice: Synthesizer, name: str
) -> None:
    with pytest.raises(VoiceError, match=f"no voice '{name}'".replace("+", r"\+")) as error:
        voice.render("Een twee drie.", voice=name)

    assert error.value.hint
    assert voice.render("Dan maar zo.").seconds > 0.5


@pytest.mark.parametrize(("language", "other"), [("nl", "de"), ("en", "nl"), ("de", "en")])
def test_a_language_brings_its_own_voice(
    voice: Synthesizer, opened: Callable[..., Synthesizer], language: str, other: str
) -> None:
    names = {"nl": "nl", "en": "en-gb", "de": "de"}
    text = "Thank you, this is the third question."

    said = opened(language=language).render(text).seconds

    assert said == pytest.approx(voice.render(text, voice=names[language]).seconds, rel=0.01)
    assert said != pytest.approx(voice.render(text, voice=names[other]).seconds, rel=0.01)


def test_a_sentence_that_comes_again_is_not_made_again(voice: Synthesizer) -> None:
    first = voice.render("Nog een minuut.")

    assert voice.render("Nog  een\nminuut.") is first
    assert voice.render("Nog een minuut.", rate=200) is not first


def test_kept_sounds_cannot_be_changed(voice: Synthesizer) -> None:
    with pytest.raises(ValueError, match="read-only"):
        voice.render("Nog een minuut.").samples[0] = 1.0


def test_the_oldest_sounds_are_forgotten_when_memory_is_full(
    voice: Synthesizer, opened: Callable[..., Synthesizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = voice.render("Een twee drie.").samples.nbytes
    monkeypatch.setattr("assistant.outputs.synthesizer.CACHE_BYTES", int(2.5 * one))
    small = opened()

    kept = [small.render(text) for text in ("Een twee drie.", "Een twee zes.")]
    assert small.render("Een twee drie.") is kept[0]
    small.render("Een twee vijf.")

    assert small.render("Een twee drie.") is kept[0]
    assert small.render("Een twee zes.") is not kept[1]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("  Wat\n\twil  je?\u00a0", "Wat wil je?"),
        ("**Let op**: `code` _zo_ # kop", "Let op : code zo kop"),
        ("<speak>Hoi</speak> [[x]] 🙂", "speak Hoi /speak x"),
        ("‘Mag ík iets vragen?’ – ja, één ding…", "‘Mag ík iets vragen?’ – ja, één ding…"),
    ],
)
def test_what_would_be_spelled_out_is_left_out(written: str, spoken: str) -> None:
    assert clean(written) == spoken


@pytest.mark.parametrize("text", ["", "  ", "...", "—", "🙂", "***"])
def test_what_has_no_words_makes_no_sound(voice: Synthesizer, text: str) -> None:
    assert voice.render(text).seconds == 0.0


def test_text_with_quotes_and_line_ends_reaches_the_worker_whole(voice: Synthesizer) -> None:
    assert voice.render('Zij zei: "één\\twee"\n{"ok": true}').seconds > 1.0


@posix
def test_nothing_of_what_was_said_stays_on_the_disk(
    opened: Callable[..., Synthesizer], temp: Path
) -> None:
    voice = opened()
    voice.render("Dit is vertrouwelijk.")
    folders = list(temp.iterdir())

    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700]
    assert list(folders[0].iterdir()) == []
    voice.close()
    assert list(temp.iterdir()) == []


@posix
@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced_and_the_sentence_is_spoken(
    opened: Callable[..., Synthesizer],
) -> None:
    voice = opened(timeout=0.1)
    voice.render("Een.")
    hanging = voice.process
    assert hanging is not None
    os.kill(hanging, signal.SIGSTOP)

    assert voice.render("Twee.").seconds > 0.1
    assert voice.process not in (None, hanging)
    assert not alive(hanging)


@posix
@pytest.mark.slow
def test_a_worker_that_crashes_is_replaced_and_the_sentence_is_spoken(
    opened: Callable[..., Synthesizer],
) -> None:
    voice = opened()
    voice.render("Een.")
    crashed = voice.process
    assert crashed is not None
    os.kill(crashed, signal.SIGSEGV)

    assert voice.render("Twee.").seconds > 0.1
    assert voice.process != crashed


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    ["import time; time.sleep(99)", "sys.exit(3)", "say(ok=True)", "print('?', flush=True)"],
    ids=["hangs", "crashes", "writes no file", "answers nonsense"],
)
def test_a_worker_that_fails_twice_is_an_error_within_its_time(
    opened: Callable[..., Synthesizer], body: str
) -> None:
    voice = opened(timeout=0.05, command=fake(body))

    with pytest.raises(VoiceError) as error:
        voice.render("Geheim.")

    assert "Geheim" not in error.value.message + error.value.hint
    assert error.value.hint
    assert voice.process is None


def test_a_worker_that_cannot_be_started_is_an_error(
    opened: Callable[..., Synthesizer], temp: Path
) -> None:
    with pytest.raises(VoiceError, match="cannot be started"):
        opened(command=["/nowhere/at/all"]).start()
    assert list(temp.iterdir()) == []


def test_a_machine_without_synthesiser_is_told_so(opened: Callable[..., Synthesizer]) -> None:
    body = 'import json; print(json.dumps({"ok": False, "error": "engine"}))'
    voice = opened(command=[sys.executable, "-c", body])

    with pytest.raises(VoiceError, match="no speech synthesiser"):
        voice.render("Een.")


def test_start_does_not_wait(opened: Callable[..., Synthesizer]) -> None:
    voice = opened(command=fake("pass"))
    start = time.perf_counter()

    voice.start()

    assert time.perf_counter() - start < 0.1
    assert voice.process is not None


def test_closing_ends_a_sentence_that_is_being_made(opened: Callable[..., Synthesizer]) -> None:
    voice = opened(timeout=60.0, command=fake("import time; time.sleep(99)"))
    errors: list[str] = []

    def speak() -> None:
        try:
            voice.render("Een.")
        except VoiceError as error:
            errors.append(error.message)

    speaking = threading.Thread(target=speak)
    voice.start()
    process = voice.process
    speaking.start()
    threading.Event().wait(0.05)
    voice.close()
    speaking.join(2.0)

    assert errors == ["The voice is closed."]
    assert process is not None
    assert not alive(process)
    with pytest.raises(VoiceError):
        voice.render("Nog een.")


def test_four_threads_each_get_their_own_sentence(voice: Synthesizer) -> None:
    texts = ["Een.", "Een twee.", "Een twee drie vier.", "Een twee drie vier vijf zes zeven."]
    sounds: dict[str, float] = {}
    threads = [
        threading.Thread(
            target=lambda t=text: sounds.update({t: voice.render(t, pitch=51).seconds})
        )
        for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5.0)

    lengths = [sounds[text] for text in texts]
    assert lengths == sorted(lengths)
    assert len(set(lengths)) == 4


@posix
@pytest.mark.slow
def test_the_worker_dies_with_its_killed_parent_and_takes_its_folder_along(tmp_path: Path) -> None:
    program = (
        "import sys, tempfile; tempfile.tempdir = sys.argv[1]\n"
        "from assistant.outputs.synthesizer import Synthesizer\n"
        "voice = Synthesizer(language='nl'); voice.start()\n"
        "print(voice.process, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=WORKER.parents[2],
    ) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert alive(worker)
        parent.kill()
        parent.wait()

        assert gone(worker, within=3.0)
    assert list(tmp_path.iterdir()) == []


@posix
def test_ctrl_c_does_not_end_the_worker(opened: Callable[..., Synthesizer]) -> None:
    voice = opened()
    voice.render("Een.")
    process = voice.process
    assert process is not None
    os.kill(process, signal.SIGINT)

    assert voice.render("Tot ziens.").seconds > 0.3
    assert voice.process == process


def test_a_sound_file_that_is_no_mono_wave_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    tone = np.sin(np.arange(4410) / 10) * 16_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(np.repeat(tone, 2).astype("<i2").tobytes())

    sound = read(path)

    assert sound.rate == 44_100
    assert sound.samples == pytest.approx(tone / 32_768, abs=1e-3)


def test_an_aiff_as_macos_writes_it_is_read(tmp_path: Path) -> None:
    import av

    path, tone = tmp_path / "line.wav", (np.sin(np.arange(2205) / 10) * 16_000).astype("<i2")
    with av.open(str(path), "w", format="aiff") as file:
        stream = file.add_stream("pcm_s16be", rate=22_050, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = 22_050
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))

    sound = read(path)

    assert sound.rate == 22_050
    assert sound.samples == pytest.approx(tone / 32_768, abs=1e-4)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"something else altogether" * 20])
def test_a_file_without_sound_is_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "line.wav"
    path.write_bytes(content)

    with pytest.raises(OSError, match="no sound"):
        read(path)


def test_silence_stays_as_it_is() -> None:
    assert trimmed(Sound(samples=np.zeros(100, np.float32), rate=100)).seconds == 1.0
