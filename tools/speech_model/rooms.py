"""In: dry speech and a random generator. Out: the same speech as a microphone in a room hears it.

Also what a room sounds like when nobody speaks, so that the model learns to write nothing then.
All samples are float32 [n], 16 kHz mono.
"""

import numpy as np
import numpy.typing as npt

from tools.speech_model.espeak import RATE

Samples = npt.NDArray[np.float32]
COLOURS = (0.0, 0.5, 1.0, 1.5)
"""Exponents of 1/f: white, and ever duller."""


def coloured(random: np.random.Generator, count: int, exponent: float) -> Samples:
    """Noise with a spectrum of 1/f**exponent in amplitude, of deviation 1."""
    spectrum = np.fft.rfft(random.standard_normal(count + count % 2))
    frequencies = np.maximum(np.arange(len(spectrum)), 20 * count / RATE + 1)
    noise = np.fft.irfft(spectrum / frequencies**exponent)[:count]
    return (noise / (noise.std() + 1e-9)).astype(np.float32)


def echo(random: np.random.Generator, speech: Samples, amount: float, seconds: float) -> Samples:
    """Speech with a room's tail.

    Args:
        random: where the tail comes from.
        speech: the dry speech.
        amount: energy of the tail against that of the direct sound, 0 to 1.
        seconds: until the tail is 60 dB down.
    """
    count = int(seconds * RATE)
    times = np.arange(count) / RATE
    tail = random.standard_normal(count) * 10 ** (-3 * times / seconds)
    tail[: int(0.002 * RATE)] = 0
    tail *= np.sqrt(amount / (np.sum(tail**2) + 1e-9))
    tail[0] = 1.0
    size = 1 << (len(speech) + count).bit_length()
    spectrum = np.fft.rfft(speech, size) * np.fft.rfft(tail, size)
    return np.fft.irfft(spectrum, size)[: len(speech)].astype(np.float32)


def loudness(samples: Samples) -> float:
    """Root mean square of the part that sounds."""
    loud = np.abs(samples) > 0.02 * (np.abs(samples).max() + 1e-9)
    return float(np.sqrt(np.mean(samples[loud] ** 2))) if loud.any() else 1e-4


def noisy(random: np.random.Generator, speech: Samples, decibels: float) -> Samples:
    """Speech with noise so many decibels below it, of a random colour."""
    noise = coloured(random, len(speech), float(random.choice(COLOURS)))
    return (speech + noise * loudness(speech) * 10 ** (-decibels / 20)).astype(np.float32)


def heard(random: np.random.Generator, speech: Samples) -> Samples:
    """Speech as a microphone may hear it: sometimes echo, mostly some noise, any level."""
    if random.random() < 0.4:
        speech = echo(random, speech, random.uniform(0.02, 0.4), random.uniform(0.15, 0.6))
    if random.random() < 0.75:
        speech = noisy(random, speech, random.uniform(10, 45))
    if random.random() < 0.1:  # a microphone that hears no high tones
        speech = (0.5 * speech + 0.5 * np.roll(speech, 1)).astype(np.float32)
    peak = np.abs(speech).max() + 1e-6
    return (speech / peak * 10 ** random.uniform(-1.6, -0.03)).astype(np.float32)


def nobody(random: np.random.Generator) -> Samples:
    """One to six seconds without speech: silence, noise, a hum, a tone, knocks."""
    count = int(random.uniform(0.6, 6) * RATE)
    kind = random.integers(0, 6)
    times = np.arange(count) / RATE
    samples = np.zeros(count)
    if kind >= 1:
        samples += coloured(random, count, float(random.choice(COLOURS)))
    if kind == 2:
        pitch = random.uniform(50, 300)
        samples += 2 * sum(np.sin(2 * np.pi * pitch * k * times) / k for k in range(1, 5))
    if kind == 3:  # an earcon
        pitch, start = random.uniform(300, 1400), random.uniform(0, count / RATE / 2)
        ring = np.maximum(times - start, 0)
        samples += 8 * np.sin(2 * np.pi * pitch * ring) * np.exp(-8 * ring) * (ring > 0)
    if kind == 4:
        for _ in range(random.integers(1, 6)):
            at = int(random.integers(0, count))
            length = min(count - at, int(random.uniform(0.005, 0.08) * RATE))
            knock = random.standard_normal(length) * np.exp(-np.arange(length) / (length / 4))
            samples[at : at + length] += 15 * knock
    if kind == 5:  # air: louder and softer
        samples *= 1 + np.sin(2 * np.pi * random.uniform(0.2, 1.5) * times)
    peak = np.abs(samples).max() + 1e-6
    return (samples / peak * 10 ** random.uniform(-3, -0.3)).astype(np.float32)
