"""Plays and listens, kills the sound server, and says what it noticed: 'failed' and 'gone'."""

import os
import signal
import sys
import threading
import time

import numpy as np

from assistant.core.errors import DeviceError
from assistant.core.events import Outcome
from assistant.inputs.microphone import Microphone
from assistant.outputs.loudspeaker import Loudspeaker
from assistant.outputs.synthesizer import Sound

start = time.monotonic()


def now() -> float:
    return time.monotonic() - start


over = threading.Event()
outcomes: list[Outcome] = []


def ended(_at: float, outcome: Outcome) -> None:
    outcomes.append(outcome)
    over.set()


microphone = Microphone(device="mic", now=now)
microphone.start()
microphone.read()
speaker = Loudspeaker(device="room", now=now)
speaker.play(Sound(samples=np.zeros(22_050 * 20, np.float32), rate=22_050), ended)
threading.Event().wait(0.5)
os.kill(int(sys.argv[1]), signal.SIGKILL)
over.wait(3)
print(outcomes[0].value if outcomes else "nothing")
try:
    for _ in range(1000):
        microphone.read()
    print("nothing")
except DeviceError:
    print("gone")
sys.stdout.flush()
os._exit(0)
