"""Mixtures of recorded voices with the ground truth of who speaks when: training data of the target-speaker VAD.

Pieces, rooms, tracks and the turn layout are those of dialogue.py. What fills a turn differs: a dialogue needs phones,
an exact floor and backchannels at phrase ends; a mixture needs variety.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audio import SAMPLE_RATE

from ..corpora import augment
from ..corpora.music import music
from ..corpora.surroundings import Surroundings
from ..corpora.voices import BRIDGE, LEVEL, SHORTEST, STEP, Voice, sounding, without_short
from .tracks import Span, place, step_coverage
from .turn_taking import BACKCHANNEL_LENGTH, BACKCHANNELS_PER_MINUTE, DENSE, one_by_one, take_turns, varied

LAUGHTER, FILLER = 0.1, 0.35  # shares of the backchannels
UNDER_NOISE, UNDER_VOICE = -5.0, -18.0  # dB over the noise and over the other voice, below which speech is inaudible
SILENCE = -120.0  # dB
LEVEL_WINDOW = 11  # steps, window of the levels (0.11 s)


@dataclass(frozen=True)
class Recipe:
    """Parameters of a mixture; drawn by :func:`draw_recipe`, or set for a test condition."""

    seconds: float = 30.0
    overlap: float = 1.0  # factor on overlaps: 0 none, 1 as in conversation; above DENSE all speak at once
    room: str = "same"  # "dry", "same" for both, "two": one for each, "hall": long reverberation
    snr: float = 40.0  # dB
    noise: str = "hiss"  # "hiss", "noise", "music", "voice" (a distant third one)
    telephone: bool = False
    level_difference: float = 0.0  # dB, of the second voice
    match_microphones: float = 1.0  # share of the difference of the long-term spectra that is removed
    backchannel: tuple[float, float] = (-9.0, 1.0)  # dB, range of the level of backchannels over that of turns
    sizes: tuple[float, float] = (1.0, 1.0)  # resampling factor of each voice, for new speakers


@dataclass(frozen=True, eq=False)
class Mixture:
    """T frames at 25 fps."""

    mono: np.ndarray  # (N,) float32
    truth: np.ndarray  # (2, T) float32, share of the frame with audible speech of each person
    steps: np.ndarray  # (2, N // STEP) bool, speech of each person, audible or not


def draw_recipe(rng: np.random.Generator) -> Recipe:
    """A random recipe for training: a third with little overlap, most through one room and one channel."""
    noisy = rng.random()
    return Recipe(
        seconds=float(rng.integers(20, 33)),
        overlap=_draw_overlap(rng),
        room=str(rng.choice(["dry", "same", "two"], p=[0.25, 0.6, 0.15])),
        snr=float(rng.uniform(35, 60) if noisy < 0.45 else rng.uniform(4, 32)),
        noise="hiss" if noisy < 0.6 else str(rng.choice(["noise", "music", "voice"], p=[0.55, 0.25, 0.2])),
        telephone=bool(rng.random() < 0.35),
        level_difference=float(rng.uniform(-12, 12) if rng.random() < 0.3 else rng.normal(0, 3.5)),
        match_microphones=float(rng.uniform(0, 1.2)),
        backchannel=(-15.0, -5.0) if rng.random() < 0.45 else (-9.0, 1.0),
        sizes=tuple(rng.uniform(0.9, 1.12, 2)) if rng.random() < 0.5 else (1.0, 1.0),
    )


def _draw_overlap(rng: np.random.Generator) -> float:
    """The recipe's overlap: 0 to 3 % of the speech in a third, as in conversation in half, else up to 30 %."""
    kind = rng.random()
    if kind < 1 / 3:
        return float(rng.uniform(0, 0.35)) if rng.random() < 0.5 else 0.0
    return float(rng.uniform(0.35, DENSE) if kind < 5 / 6 else rng.uniform(DENSE, 2.7))


def mix(
    pair: tuple[Voice, Voice], surroundings: Surroundings, recipe: Recipe, background_voice: Voice, seed: int
) -> Mixture:
    """A mixture of a dialogue of ``pair`` by ``recipe``; ``background_voice`` is the distant one."""
    rng = np.random.default_rng(seed)
    stems = _lay_out_turns(pair, surroundings, recipe, rng)
    return _record(stems, surroundings, recipe, background_voice, rng)


def mix_turns(
    people: Sequence[Voice], surroundings: Surroundings, recipe: Recipe, background_voice: Voice, seed: int
) -> Mixture:
    """As :func:`mix`, of any number of ``people`` without overlaps and backchannels; one alone speaks turns with gaps.

    The ground truth has a row for each."""
    rng = np.random.default_rng(seed)
    stems = np.zeros((len(people), round(recipe.seconds * SAMPLE_RATE)), np.float32)

    def speak(start: float, speaker: int, length: float) -> Span:
        samples = _resized(_turn(people[speaker], length, rng), recipe.sizes[speaker % 2])
        return _add_turn(stems, samples, start, speaker)

    take_turns(one_by_one(len(people), rng), speak, rng.uniform(0, 1.5), speaker=0, last_start=recipe.seconds - 0.5)
    return _record(stems, surroundings, recipe, background_voice, rng)


def _record(
    stems: np.ndarray, surroundings: Surroundings, recipe: Recipe, background_voice: Voice, rng: np.random.Generator
) -> Mixture:
    """The mixture of clean (K, N) ``stems``: levels, rooms, background, equalisation and channel."""
    steps = np.stack([sounding(stem) if stem.any() else np.zeros(len(stem) // STEP, bool) for stem in stems])
    stems[1:] *= 10 ** (recipe.level_difference / 20)
    stems = _match_spectra(stems, recipe.match_microphones)
    mono = _through_rooms(stems, surroundings, recipe, rng)
    background = _background(mono, surroundings, recipe, background_voice, rng)
    truth = step_coverage(audible(steps, stems, background), len(mono))
    mono = augment.equalise(mono + background, rng, 5.0)
    if recipe.telephone:
        mono = augment.telephone(mono, rng.uniform(150, 350), rng.uniform(3000, 3800))
    mono = mono * (10 ** (rng.uniform(-26, -14) / 20) / augment.level_of(mono))
    return Mixture(np.clip(mono, -1, 1).astype(np.float32), truth, steps)


def audible(steps: np.ndarray, stems: np.ndarray, background: np.ndarray) -> np.ndarray:
    """The (K, S) ``steps`` in which a person is audible over noise and the other voices.

    Masked speech as a positive label makes the network predict speech elsewhere.

    stems: (K, N) voices; background: (N,) noise
    """
    levels = np.stack([_levels(sound) for sound in (*stems, background)])
    kept = np.empty_like(steps)
    for k in range(len(steps)):
        others = np.delete(levels[:-1], k, axis=0).max(axis=0, initial=SILENCE)
        loud = (levels[k] > levels[-1] + UNDER_NOISE) & (levels[k] > others + UNDER_VOICE)
        kept[k] = without_short(~without_short(~(steps[k] & loud), BRIDGE), SHORTEST)
    return kept & steps


def _levels(sound: np.ndarray) -> np.ndarray:
    """(N,) to (N // STEP,) dB, averaged over LEVEL_WINDOW."""
    power = np.square(sound[: len(sound) // STEP * STEP].reshape(-1, STEP)).mean(1)
    return 10 * np.log10(np.convolve(power, np.ones(LEVEL_WINDOW) / LEVEL_WINDOW, "same") + 1e-12)


def _lay_out_turns(
    pair: tuple[Voice, Voice], surroundings: Surroundings, recipe: Recipe, rng: np.random.Generator
) -> np.ndarray:
    """(2, N) clean stems: turns, with backchannels of the listener."""
    stems = np.zeros((2, round(recipe.seconds * SAMPLE_RATE)), np.float32)
    first, opening = int(rng.integers(2)), rng.uniform(0, 1.5)
    rate = rng.uniform(*BACKCHANNELS_PER_MINUTE) * min(1.0, recipe.overlap * 2)

    def speak(start: float, speaker: int, length: float) -> Span:
        samples = _resized(_turn(pair[speaker], length, rng), recipe.sizes[speaker])
        turn = _add_turn(stems, samples, start, speaker)
        listener, long_enough = 1 - speaker, turn.end - start > 1.5
        for _ in range(rng.poisson(rate * (turn.end - start) / 60) if long_enough else 0):
            sound = _backchannel(pair[listener], surroundings, recipe.backchannel, rng)
            moment = rng.uniform(start + 0.5, max(start + 0.6, turn.end - 0.3))
            place(stems[listener], _resized(sound, recipe.sizes[listener]), moment)
        return turn

    take_turns(varied(recipe.overlap, rng), speak, opening, first, last_start=recipe.seconds - 0.5)
    return stems


def _add_turn(stems: np.ndarray, samples: np.ndarray, start: float, speaker: int) -> Span:
    """Add ``samples`` (n,) to the speaker's row of ``stems`` (K, N) in place from ``start`` s on."""
    place(stems[speaker], samples, start)
    return Span(start, start + len(samples) / SAMPLE_RATE, speaker)


def _turn(voice: Voice, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """(n,) consecutive pieces of about ``seconds`` in all, with their pauses up to 1 s."""
    index, parts, total = int(rng.integers(len(voice.pieces))), [], 0
    while total < seconds * SAMPLE_RATE:
        source = voice.pieces[index % len(voice.pieces)]
        piece = source.samples
        left = round(seconds * SAMPLE_RATE) - total
        if len(piece) > left + SAMPLE_RATE:  # limits the length of the turn
            piece = _cut(piece, left + SAMPLE_RATE // 4)
        pause = np.zeros(round(min(1.0, source.pause) * SAMPLE_RATE), np.float32)
        parts += [piece, pause]
        total += len(piece) + len(pause)
        index += 1
    return np.concatenate(parts[:-1])


def _resized(sound: np.ndarray, factor: float) -> np.ndarray:
    """(n,) resampled by ``factor``, which scales pitch, formants and speech rate."""
    return sound if factor == 1.0 or len(sound) < 400 else augment.change_size(sound, factor)


def _cut(piece: np.ndarray, samples: int) -> np.ndarray:
    """The first ``samples`` or up to 0.2 s less, ending at a minimum of energy."""
    if len(piece) <= samples:
        return piece
    window = piece[max(0, samples - SAMPLE_RATE // 5) : samples]
    energy = np.convolve(window**2, np.ones(400), "same")
    end = max(0, samples - SAMPLE_RATE // 5) + int(energy.argmin())
    cut = piece[: max(end, 800)].copy()
    fade = min(400, len(cut))
    cut[-fade:] *= np.linspace(1, 0, fade)
    return cut


def _backchannel(
    voice: Voice, surroundings: Surroundings, decibels: tuple[float, float], rng: np.random.Generator
) -> np.ndarray:
    """(n,) a backchannel: a short word of ``voice``, a filler or a laugh, resampled by sex, at ``decibels``."""
    kind, gain = rng.random(), 10 ** (rng.uniform(*decibels) / 20)
    if kind < LAUGHTER + FILLER and surroundings.fillers:
        sounds = surroundings.fillers["laughter" if kind < LAUGHTER else "filler"]
        factor = (
            rng.uniform(1.1, 1.35) if voice.sex == "F" else rng.uniform(0.88, 1.12)
        )  # the recorded fillers are male
        return augment.change_size(sounds[rng.integers(len(sounds))], factor) * gain
    wanted = round(rng.uniform(*BACKCHANNEL_LENGTH) * SAMPLE_RATE)
    short = [piece.samples for piece in voice.pieces if 0.2 < piece.seconds < 0.9]
    if short and rng.random() < 0.5:
        return short[rng.integers(len(short))] * gain
    return _cut(voice.pieces[rng.integers(len(voice.pieces))].samples, wanted) * gain


def _match_spectra(stems: np.ndarray, strength: float) -> np.ndarray:
    """Long-term spectra of the stems moved towards their mean, so that microphones do not separate the voices."""
    edges = np.geomspace(80, 8000, 15)
    frequencies = np.fft.rfftfreq(stems.shape[1], 1 / SAMPLE_RATE)
    spectra = np.fft.rfft(stems)
    band = np.clip(np.digitize(frequencies, edges) - 1, 0, 13)
    power = np.stack([np.bincount(band, np.abs(s) ** 2, 14) for s in spectra])
    level = 10 * np.log10(power / power.sum(1, keepdims=True).clip(1e-12) + 1e-6)
    centres = np.log(np.sqrt(edges[:-1] * edges[1:]))
    for spectrum, change in zip(spectra, np.clip(level.mean(0) - level, -12, 12) * strength / 2, strict=True):
        spectrum *= 10 ** (np.interp(np.log(np.maximum(frequencies, 1)), centres, change) / 20)
    return np.fft.irfft(spectra, stems.shape[1]).astype(np.float32)


def _through_rooms(
    stems: np.ndarray, surroundings: Surroundings, recipe: Recipe, rng: np.random.Generator
) -> np.ndarray:
    """(K, N) clean stems to (N,): rooms and microphones."""
    if recipe.room == "dry":
        return stems.sum(0)
    if recipe.room in ("same", "hall"):
        room = (
            _draw_response(surroundings, rng)
            if recipe.room == "same"
            else _synthetic_response(rng.uniform(0.6, 0.9), rng)
        )
        wet = rng.uniform(0.2, 1.0, len(stems))  # one room; each sits at another distance
        return sum(augment.in_room(stem, room, w) for stem, w in zip(stems, wet, strict=True))
    places = [(_draw_response(surroundings, rng), rng.uniform(0.1, 1.0)) for _ in stems]
    return sum(
        augment.equalise(augment.in_room(stem, room, wet), rng, 6.0)
        for stem, (room, wet) in zip(stems, places, strict=True)
    )


def _draw_response(surroundings: Surroundings, rng: np.random.Generator) -> np.ndarray:
    """A measured (40 %) or a synthetic room response."""
    if surroundings.responses and rng.random() < 0.4:
        return surroundings.responses[rng.integers(len(surroundings.responses))]
    return _synthetic_response(rng.uniform(0.12, 0.7), rng)


def _synthetic_response(reverberation: float, rng: np.random.Generator) -> np.ndarray:
    """(n,) direct sound and exponentially decaying noise, 60 dB in ``reverberation`` s."""
    times = np.arange(round(reverberation * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(size=len(times)) * np.exp(-6.9 * times / reverberation) * (times > rng.uniform(0.002, 0.01))
    tail *= 10 ** (-rng.uniform(0, 12) / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return tail.astype(np.float32)


def _background(
    mono: np.ndarray, surroundings: Surroundings, recipe: Recipe, background_voice: Voice, rng: np.random.Generator
) -> np.ndarray:
    """(N,) background: hiss, and noise, music or a third voice."""
    if recipe.noise == "noise" and surroundings.noises:
        sound = surroundings.noises[rng.integers(len(surroundings.noises))]
    elif recipe.noise == "music":
        sound = music(len(mono), rng)
    elif recipe.noise == "voice":
        sound = augment.in_room(_turn(background_voice, recipe.seconds / 2, rng), _draw_response(surroundings, rng))
    else:
        sound = augment.white_noise(len(mono), rng)
    snr = max(recipe.snr, 12.0) if recipe.noise == "voice" else recipe.snr
    noisy = augment.add_noise(mono, sound, snr, rng) - mono
    return noisy + augment.white_noise(len(mono), rng) * LEVEL * 10 ** (-rng.uniform(42, 60) / 20)
