"""In: virtual sound devices (PulseAudio). Out: how soon a live session speaks, and what silence costs.

Run by `make bench`, in a process of its own: the devices must be there before the sound library.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "sound" / "virtual-sound.sh"
METHOD = Path(__file__).parent.parent / "sound" / "short.yaml"
SILENCE = 30.0
"""Seconds over which the cost of silence is measured."""
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """Processor seconds that a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def main() -> None:
    """Print the figures as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = subprocess.run([SCRIPT, "env", folder], check=True, capture_output=True, text=True)
        os.environ.update(line.split("=", 1) for line in given.stdout.splitlines())
        os.environ["INTERVISIE_DATA"] = str(folder / "data")
        subprocess.run([SCRIPT, "start", folder], check=True)
        try:
            print(json.dumps(measure()))
        finally:
            subprocess.run([SCRIPT, "stop", folder], check=False)


def measure() -> dict[str, float]:
    """Run a live session, wait for its first sound, and then for silence."""
    import numpy as np

    from assistant.inputs.microphone import Microphone

    firsts = []
    for last in (False, False, True):
        microphone = Microphone(device="room_monitor", now=time.monotonic)
        microphone.start()
        start = time.monotonic()
        command = [sys.executable, "-m", "assistant", "run", str(METHOD)]
        command += ["--model", "demonstration", "--microphone", "mic", "--loudspeaker", "room"]
        process = subprocess.Popen([*command, "--plain"], stdout=subprocess.DEVNULL)
        while (block := microphone.read()) is not None:
            if np.max(np.abs(block.samples)) > 0.02:
                firsts.append(block.at - start)
                break
        microphone.stop()
        silence = at_rest(process.pid) if last else 0.0
        process.terminate()
        process.wait(timeout=20)
    return {"first_word": min(firsts), "silence": silence}


def at_rest(pid: int) -> float:
    """Percent of one core, once the welcome is over and the model is loaded."""
    rest = threading.Event()
    rest.wait(25)
    used = cpu(pid)
    rest.wait(SILENCE)
    return 100 * (cpu(pid) - used) / SILENCE


if __name__ == "__main__":
    main()
