"""Dialogues of two real voices in one recording, made by code, with the truth of who speaks when."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME, frame_count

from ..corpora import augment
from ..corpora.music import music
from ..corpora.voices import BRIDGE, LEVEL, SHORTEST, STEP, Voice, sounding, without_short

# turn-taking of real two-person talk (turn_taking.json, "recommended")
TURN_MEDIAN, TURN_SIGMA = 3.3, 1.09  # s; log-normal with mean 6
OFFSET = ([0.05, 0.25, 0.5, 0.75, 0.95], [-1.1, -0.15, 0.2, 0.65, 1.5])  # s from the end of a turn to the next start
BACKCHANNELS = (0.0, 8.0)  # a minute of the other's talk
BACKCHANNEL_LENGTH = (0.25, 0.85)  # s
DENSE = 1.5  # overlap above which everybody starts that much earlier, in s
LAUGHTER, FILLER = 0.1, 0.35  # shares of the backchannels
UNDER_NOISE, UNDER_VOICE = -5.0, -18.0  # dB against noise and against the other's voice: softer, and nobody hears it
SILENCE = -120.0  # dB
LEVEL_WINDOW = 11  # steps (0.11 s) over which levels are compared


@dataclass(frozen=True)
class Recipe:
    """What one mixture is like; drawn by :func:`draw_recipe`, or set for a test condition."""

    seconds: float = 30.0
    overlap: float = 1.0  # 0: nobody interrupts; 1: as in free talk; above CROWDED all talk at once
    room: str = "same"  # "dry", "same" for both, "two": each has a place and microphone of its own, "hall": it echoes
    snr: float = 40.0  # dB
    noise: str = "hiss"  # "hiss", "noise", "music", "voice" (a third one far away)
    telephone: bool = False
    level_difference: float = 0.0  # dB, of the second voice
    match_microphones: float = 1.0  # how much of the difference of the two long-term spectra is taken away
    backchannel: tuple[float, float] = (-9.0, 1.0)  # dB, range of a listener's short sounds against talk
    sizes: tuple[float, float] = (1.0, 1.0)  # each voice made so much smaller and quicker: a speaker nobody recorded


@dataclass(frozen=True, eq=False)
class Mixture:
    """T frames at 25 fps."""

    mono: np.ndarray  # (N,) float32
    truth: np.ndarray  # (2, T) float32, share of the frame in which each person sounds and can be heard
    steps: np.ndarray  # (2, N // STEP) bool, where each person sounds, heard or not


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is mixed in: noises and room responses, each (n,), and listeners' short sounds by kind."""

    noises: list[np.ndarray]
    responses: list[np.ndarray]
    fillers: dict[str, list[np.ndarray]]


def draw_recipe(rng: np.random.Generator) -> Recipe:
    """A mixture as training sees them: a third with next to no overlap, most through one room and one channel."""
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
    """The recipe's overlap: 0 to 3 % of the speech in a third of them, as in free talk in half, else up to 30 %."""
    kind = rng.random()
    if kind < 1 / 3:
        return float(rng.uniform(0, 0.35)) if rng.random() < 0.5 else 0.0
    return float(rng.uniform(0.35, DENSE) if kind < 5 / 6 else rng.uniform(DENSE, 2.7))


def mix(
    pair: tuple[Voice, Voice], surroundings: Surroundings, recipe: Recipe, background_voice: Voice, seed: int
) -> Mixture:
    """Lay out a dialogue of ``pair`` and record it as ``recipe`` says; ``third`` is the voice far away."""
    rng = np.random.default_rng(seed)
    stems = _lay_out_turns(pair, surroundings, recipe, rng)
    return _record(stems, surroundings, recipe, background_voice, rng)


def mix_turns(
    people: Sequence[Voice], surroundings: Surroundings, recipe: Recipe, background_voice: Voice, seed: int
) -> Mixture:
    """As :func:`mix`, of any number of ``people`` who speak one after the other and make no short sounds between; one
    alone speaks in stretches. Its truth has a row for each."""
    rng = np.random.default_rng(seed)
    stems = np.zeros((len(people), round(recipe.seconds * SAMPLE_RATE)), np.float32)
    speaker, start = 0, float(rng.uniform(0, 1.5))
    while start < recipe.seconds - 0.5:
        wanted = float(np.clip(rng.lognormal(np.log(TURN_MEDIAN), TURN_SIGMA), 0.5, 20))
        turn = _resized(_turn(people[speaker], wanted, rng), recipe.sizes[speaker % 2])
        _place(stems[speaker], turn, start)
        start += len(turn) / SAMPLE_RATE + max(0.04, float(np.interp(rng.random(), *OFFSET)))
        speaker = (speaker + int(rng.integers(1, len(people)))) % len(people) if len(people) > 1 else 0
    return _record(stems, surroundings, recipe, background_voice, rng)


def _record(
    stems: np.ndarray, surroundings: Surroundings, recipe: Recipe, background_voice: Voice, rng: np.random.Generator
) -> Mixture:
    """Record clean (K, N) ``stems``."""
    steps = np.stack([sounding(stem) if stem.any() else np.zeros(len(stem) // STEP, bool) for stem in stems])
    stems[1:] *= 10 ** (recipe.level_difference / 20)
    stems = _match_spectra(stems, recipe.match_microphones)
    mono = _through_rooms(stems, surroundings, recipe, rng)
    background = _background(mono, surroundings, recipe, background_voice, rng)
    truth = _per_frame(audible(steps, stems, background), len(mono))
    mono = augment.equalise(mono + background, rng, 5.0)
    if recipe.telephone:
        mono = augment.telephone(mono, rng.uniform(150, 350), rng.uniform(3000, 3800))
    mono = mono * (10 ** (rng.uniform(-26, -14) / 20) / augment.level_of(mono))
    return Mixture(np.clip(mono, -1, 1).astype(np.float32), truth, steps)


def audible(steps: np.ndarray, stems: np.ndarray, background: np.ndarray) -> np.ndarray:
    """The (K, S) ``steps`` in which a person can be heard: what sinks in noise or under the other's voice is no speech
    that anybody could find, and a network taught to find it invents speech elsewhere.

    stems: (K, N) voices, unwanted: (N,) noise
    """
    levels = np.stack([_levels(sound) for sound in (*stems, background)])
    kept = np.empty_like(steps)
    for k in range(len(steps)):
        others = np.delete(levels[:-1], k, axis=0).max(axis=0, initial=SILENCE)
        loud = (levels[k] > levels[-1] + UNDER_NOISE) & (levels[k] > others + UNDER_VOICE)
        kept[k] = without_short(~without_short(~(steps[k] & loud), BRIDGE), SHORTEST)
    return kept & steps


def _levels(sound: np.ndarray) -> np.ndarray:
    """(N,) to (N // STEP,) dB, smoothed."""
    power = np.square(sound[: len(sound) // STEP * STEP].reshape(-1, STEP)).mean(1)
    return 10 * np.log10(np.convolve(power, np.ones(LEVEL_WINDOW) / LEVEL_WINDOW, "same") + 1e-12)


def _per_frame(steps: np.ndarray, samples: int) -> np.ndarray:
    """(K, S) of 10 ms to (K, T): share of each frame."""
    frames, each = frame_count(samples), SAMPLES_PER_FRAME // STEP
    padded = np.zeros((len(steps), frames * each), np.float32)
    padded[:, : steps.shape[1]] = steps
    return padded.reshape(len(steps), frames, each).mean(-1)


def _lay_out_turns(
    pair: tuple[Voice, Voice], surroundings: Surroundings, recipe: Recipe, rng: np.random.Generator
) -> np.ndarray:
    """(2, N) clean stems: turns by turns, backchannels of who listens."""
    stems = np.zeros((2, round(recipe.seconds * SAMPLE_RATE)), np.float32)
    speaker, start = int(rng.integers(2)), float(rng.uniform(0, 1.5))
    rate = rng.uniform(*BACKCHANNELS) * min(1.0, recipe.overlap * 2)
    while start < recipe.seconds - 0.5:
        wanted = float(np.clip(rng.lognormal(np.log(TURN_MEDIAN), TURN_SIGMA), 0.5, 20))
        turn = _resized(_turn(pair[speaker], wanted, rng), recipe.sizes[speaker])
        end = start + len(turn) / SAMPLE_RATE
        _place(stems[speaker], turn, start)
        for _ in range(rng.poisson(rate * (end - start) / 60) if end - start > 1.5 else 0):
            sound = _backchannel(pair[1 - speaker], surroundings, recipe.backchannel, rng)
            _place(
                stems[1 - speaker],
                _resized(sound, recipe.sizes[1 - speaker]),
                rng.uniform(start + 0.5, max(start + 0.6, end - 0.3)),
            )
        offset = float(np.interp(rng.random(), *OFFSET)) - max(0.0, recipe.overlap - DENSE)
        offset = offset * recipe.overlap if offset < 0 else offset
        start = max(start + 0.3, end + (offset if recipe.overlap else max(0.04, offset)))
        speaker = 1 - speaker if rng.random() < 0.93 else speaker  # now and then one goes on after a long pause
    return stems


def _place(stem: np.ndarray, sound: np.ndarray, start: float) -> None:
    """Add ``sound`` (n,) to ``stem`` (N,) in place, cut at its end."""
    first = round(start * SAMPLE_RATE)
    kept = sound[: max(0, len(stem) - first)]
    stem[first : first + len(kept)] += kept


def _turn(voice: Voice, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Pieces in their own order until ``seconds`` are full, their pauses kept under 1 s."""
    index, parts, total = int(rng.integers(len(voice.pieces))), [], 0
    while total < seconds * SAMPLE_RATE:
        piece = voice.pieces[index % len(voice.pieces)]
        left = round(seconds * SAMPLE_RATE) - total
        if len(piece) > left + SAMPLE_RATE:  # a long piece would make every turn long
            piece = _cut(piece, left + SAMPLE_RATE // 4)
        pause = np.zeros(round(min(1.0, voice.pauses[index % len(voice.pieces)]) * SAMPLE_RATE), np.float32)
        parts += [piece, pause]
        total += len(piece) + len(pause)
        index += 1
    return np.concatenate(parts[:-1])


def _resized(sound: np.ndarray, factor: float) -> np.ndarray:
    """(n,) as a speaker of ``1 / factor`` the size says it."""
    return sound if factor == 1.0 or len(sound) < 400 else augment.change_size(sound, factor)


def _cut(piece: np.ndarray, samples: int) -> np.ndarray:
    """The first ``samples`` or a few less, to end where it is soft."""
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
    """A short sound of who listens, mostly softer than talk: an own short word, an uh-huh or laughter at own pitch."""
    kind, gain = rng.random(), 10 ** (rng.uniform(*decibels) / 20)
    if kind < LAUGHTER + FILLER and surroundings.fillers:
        sounds = surroundings.fillers["laughter" if kind < LAUGHTER else "filler"]
        factor = rng.uniform(1.1, 1.35) if voice.sex == "F" else rng.uniform(0.88, 1.12)  # the fillers are a man's
        return augment.change_size(sounds[rng.integers(len(sounds))], factor) * gain
    wanted = round(rng.uniform(*BACKCHANNEL_LENGTH) * SAMPLE_RATE)
    short = [piece for piece in voice.pieces if 0.2 < len(piece) / SAMPLE_RATE < 0.9]
    if short and rng.random() < 0.5:
        return short[rng.integers(len(short))] * gain
    return _cut(voice.pieces[rng.integers(len(voice.pieces))], wanted) * gain


def _match_spectra(stems: np.ndarray, strength: float) -> np.ndarray:
    """Take away that the two voices come from different microphones: move both long-term spectra to their mean."""
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
    """(K, N) clean to (N,): rooms and microphones."""
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
    """A measured room response, or one made up: a direct sound and a tail that dies away."""
    if surroundings.responses and rng.random() < 0.4:
        return surroundings.responses[rng.integers(len(surroundings.responses))]
    return _synthetic_response(rng.uniform(0.12, 0.7), rng)


def _synthetic_response(reverberation: float, rng: np.random.Generator) -> np.ndarray:
    """A direct sound and noise that falls by 60 dB in ``reverberation`` s: (n,)."""
    times = np.arange(round(reverberation * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.normal(size=len(times)) * np.exp(-6.9 * times / reverberation) * (times > rng.uniform(0.002, 0.01))
    tail *= 10 ** (-rng.uniform(0, 12) / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return tail.astype(np.float32)


def _background(
    mono: np.ndarray, surroundings: Surroundings, recipe: Recipe, background_voice: Voice, rng: np.random.Generator
) -> np.ndarray:
    """(N,) what is nobody's voice of the two: hiss always, and noise, music or a third voice."""
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
