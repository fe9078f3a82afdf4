"""Dialogues of two recorded voices with the turn-taking statistics of conversation, and their ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.audio import SAMPLE_RATE, frame_count
from core.timeseries import merged

from ..corpora.aligned_voices import shorten
from ..corpora.augment import add_reverberation
from ..corpora.surroundings import Surroundings
from ..corpora.voices import Phone, Piece, Voice
from .tracks import Span, coverage, place
from .turn_taking import measured, take_turns

BRIDGE = 0.2  # s, shorter silences are closed in the intervals of speech
LAUGH_CHANCE = 0.15  # of the backchannels of a voice with laughs
BREATH_CHANCE = 0.6  # of the turns, where there is time


@dataclass(frozen=True, eq=False)
class Dialogue:
    """A recording of two people with its ground truth."""

    mix: np.ndarray  # (N,) float32 at SAMPLE_RATE
    tracks: np.ndarray  # (2, N) float32: each voice alone, dry
    turns: tuple[Span, ...]  # the floor
    backchannels: tuple[Span, ...]
    speech: tuple[Span, ...]  # all speech, backchannels too, pauses under BRIDGE closed
    phones: tuple[tuple[Phone, ...], tuple[Phone, ...]]  # by person; between them is silence
    speakers: tuple[str, str]
    seed: int
    breaths: tuple[Span, ...] = ()  # audible, before turns; no speech

    @property
    def seconds(self) -> float:
        return len(self.mix) / SAMPLE_RATE

    @property
    def masks(self) -> np.ndarray:
        """(2, T) float32: the share of each frame in which each person speaks."""
        return coverage(self.speech, frame_count(len(self.mix)))


def make_dialogue(
    voices: Sequence[Voice],
    statistics: dict,
    seed: int,
    seconds: float = 60.0,
    surroundings: Surroundings | None = None,
) -> Dialogue:
    """A dialogue of two of ``voices``, drawn by ``seed``, with the turn-taking ``statistics``."""
    rng = np.random.default_rng(seed)
    pair = _pair(voices, rng)
    utterances, turns = _lay_out_turns(pair, statistics, rng, seconds)
    backchannels = _backchannels(pair, utterances, turns, statistics, rng)
    everything = utterances + backchannels
    tracks = np.zeros((2, round(seconds * SAMPLE_RATE)), np.float32)
    phones: tuple[list, list] = ([], [])
    for start, person, piece in sorted(everything, key=lambda item: item[:2]):
        place(tracks[person], piece.samples, start)
        phones[person].extend((s + start, e + start, p) for s, e, p in piece.phones)
    breaths = _breaths(pair, everything, turns, rng)
    for start, person, piece in breaths:
        place(tracks[person], piece.samples, start)
    tracks *= 10 ** (rng.normal(0, 1.5, (2, 1)).astype(np.float32) / 20)
    return Dialogue(
        mix=_mix(tracks, surroundings or Surroundings(), rng),
        tracks=tracks,
        turns=tuple(turns),
        backchannels=tuple(Span(*_voiced(start, piece), person) for start, person, piece in backchannels),
        speech=_speech_spans(everything),
        phones=(tuple(phones[0]), tuple(phones[1])),
        speakers=(pair[0].speaker, pair[1].speaker),
        seed=seed,
        breaths=tuple(Span(start, start + piece.seconds, person) for start, person, piece in breaths),
    )


def _pair(voices: Sequence[Voice], rng) -> tuple[Voice, Voice]:
    """Two different voices, of one sex with probability 0.5, weighted by the root of their length up to 60 s."""
    weights = np.array([min(voice.seconds, 60.0) ** 0.5 for voice in voices])
    first = voices[rng.choice(len(voices), p=weights / weights.sum())]
    same = rng.random() < 0.5
    fits = np.array([v is not first and (v.sex == first.sex) == same for v in voices]) * weights
    if not fits.any():
        fits = np.array([v is not first for v in voices]) * weights
    return first, voices[rng.choice(len(voices), p=fits / fits.sum())]


class _Shuffled:
    """Pieces of a voice in random order, each once before any comes again."""

    def __init__(self, pieces: Sequence[Piece], rng):
        self._pieces, self._rng, self._order = pieces, rng, []

    def next(self) -> Piece:
        if not self._order:
            self._order = list(self._rng.permutation(len(self._pieces)))
        return self._pieces[self._order.pop()]


def _lay_out_turns(pair, statistics: dict, rng, seconds: float) -> tuple[list, list[Span]]:
    """Utterances as (start s, person, piece), and turns."""
    shuffled = [_Shuffled(voice.pieces, rng) for voice in pair]
    utterances = []

    def speak(start: float, person: int, length: float) -> Span | None:
        cursor, begun = start, None
        while cursor < start + max(0.4, length - 0.4):
            piece = shorten(shuffled[person].next(), max(0.35, start + length - cursor))
            if cursor + piece.seconds > seconds - 0.1:
                break
            if begun is None:
                cursor = max(0.0, cursor - piece.phones[0][0])  # the first phone starts on time, not the silence
            utterances.append((cursor, person, piece))
            first, end = _voiced(cursor, piece)
            begun = first if begun is None else begun
            cursor = end + max(0.08, rng.lognormal(np.log(statistics["pause_inside_turn_s"]["median"] * 0.8), 0.55))
        return None if begun is None else Span(begun, end, person)

    manner = measured(statistics, rng)
    return utterances, take_turns(manner, speak, rng.uniform(0.2, 1.2), speaker=0, last_start=seconds - 0.6)


def _voiced(start: float, piece: Piece) -> tuple[float, float]:
    """Start and end (s) of the speech in ``piece`` placed at ``start``."""
    return start + piece.phones[0][0], start + piece.phones[-1][1]


def _backchannels(pair, utterances: list, turns: list[Span], statistics: dict, rng) -> list:
    """Backchannels of the listener at phrase ends, as (start s, person, piece)."""
    rate = rng.uniform(*statistics["backchannels_per_minute"].values())
    phrase_ends = [(_voiced(start, piece)[1], person) for start, person, piece in utterances]
    minutes = max(turns[-1].end, 1.0) / 60 if turns else 1.0
    chance = min(0.7, rate * minutes / max(1, len(phrase_ends)) * 1.5)
    busy = [(*_voiced(start, piece), person) for start, person, piece in utterances]
    shuffled = [_Shuffled(voice.backchannels, rng) if voice.backchannels else None for voice in pair]
    out = []
    for end, speaker in phrase_ends:
        listener = 1 - speaker
        if rng.random() > chance or shuffled[listener] is None:
            continue
        laughs = pair[listener].laughs
        if laughs and rng.random() < LAUGH_CHANCE:
            backchannel = laughs[rng.integers(len(laughs))]
        else:
            backchannel = shuffled[listener].next()
        start = end + rng.uniform(-0.6, 0.25)
        first, last = _voiced(start, backchannel)
        clash = any(p == listener and s < last + 0.5 and first - 0.5 < e for s, e, p in busy)
        if not clash and start > 0 and last < turns[-1].end:
            out.append((start, listener, backchannel))
            busy.append((first, last, listener))
    return out


def _breaths(pair, everything: list, turns: list[Span], rng) -> list:
    """Breaths as (start s, person, piece), before turns that follow a long enough silence."""
    busy = [(*_voiced(start, piece), person) for start, person, piece in everything]
    out = []
    for turn in turns:
        breaths = pair[turn.person].breaths
        if not breaths or rng.random() > BREATH_CHANCE:
            continue
        piece = breaths[rng.integers(len(breaths))]
        end = turn.start - rng.uniform(0.03, 0.12)
        start = end - piece.seconds
        if start > 0 and not any(p == turn.person and s < end and start - 0.1 < e for s, e, p in busy):
            out.append((start, turn.person, piece))
    return out


def _speech_spans(everything: list) -> tuple[Span, ...]:
    """All speech by person, silences under BRIDGE closed; pauses inside the pieces count by their phones."""
    spans = []
    for person in (0, 1):
        times = sorted(
            (start + s, start + e) for start, who, piece in everything if who == person for s, e, _ in piece.phones
        )
        spans += [Span(start, end, person) for start, end in merged(times, BRIDGE)]
    return tuple(spans)


def _mix(tracks: np.ndarray, surroundings: Surroundings, rng) -> np.ndarray:
    """(N,) float32: both tracks (2, N) through one room, with noise."""
    mix = tracks.sum(0)
    if surroundings.responses and rng.random() < 0.35:
        mix = add_reverberation(
            mix, surroundings.responses[rng.integers(len(surroundings.responses))], rng.uniform(0.1, 0.6)
        )
    level = np.sqrt(np.mean(mix**2)) + 1e-6
    noise = rng.standard_normal(len(mix)).astype(np.float32)
    if surroundings.noises and rng.random() < 0.4:
        noise = np.resize(surroundings.noises[rng.integers(len(surroundings.noises))], len(mix))
    noise = noise / (np.sqrt(np.mean(noise**2)) + 1e-6)
    mix = mix + noise * level * 10 ** (-rng.uniform(18, 50) / 20)
    return (mix * rng.uniform(0.25, 0.9) / (np.abs(mix).max() + 1e-6)).astype(np.float32)
