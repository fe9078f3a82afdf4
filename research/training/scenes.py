"""Ten-second scenes of one or two recorded voices with phone labels, augmented, and their encoding by Whisper."""

from dataclasses import dataclass

import numpy as np

from core.audio import SAMPLE_RATE, SAMPLES_PER_FRAME
from core.speech import features, streams
from core.speech.windows import WINDOW_FRAMES

from ..corpora import augment
from ..corpora.masks import soften_masks
from ..corpora.recordings import Phone, Recording, read_phones, read_samples
from ..corpora.surroundings import Surroundings
from . import articulation_labels

FRAMES = WINDOW_FRAMES
SAMPLES = FRAMES * SAMPLES_PER_FRAME
LABELS = FRAMES * articulation_labels.RATE // 25
SECOND_VOICE = 0.8  # of the augmented scenes
PARTNER_LEVEL = (-12.0, 12.0)  # dB over the first voice; both streams are training examples
LONGEST_PAUSE = 0.2  # s; shorter pauses are closed in the mask


@dataclass(frozen=True)
class Utterance:
    """A voice and its phones."""

    samples: np.ndarray  # (N,) float32
    phones: list[Phone]
    speaker: str


@dataclass(frozen=True)
class Scene:
    """Two voices in one recording; the second may be absent."""

    mix: np.ndarray  # (SAMPLES,) float32
    masks: np.ndarray  # (2, FRAMES) in [0, 1], imprecise as those of diarization
    phones: tuple[list[Phone], list[Phone]]


def read_utterances(recordings: list[Recording]) -> list[Utterance]:
    """Samples and phones of aligned recordings."""
    return [Utterance(read_samples(r.path), read_phones(r.phones_path), r.speaker) for r in recordings]


def clean_scene(utterance: Utterance) -> Scene:
    """The first ten seconds of one voice, without augmentation, with the exact mask."""
    placed = _place(utterance, 0.0, 0.0, SAMPLES / SAMPLE_RATE)
    masks = np.stack([mask_of(placed.phones), np.zeros(FRAMES, np.float32)])
    return Scene(placed.samples, masks, (placed.phones, []))


def augmented_scene(utterances: list[Utterance], around: Surroundings, rng: np.random.Generator) -> Scene:
    """One or two voices, randomly resampled, equalised, with noise, room, telephone band and imprecise masks."""
    own = _resized(utterances[rng.integers(len(utterances))], rng)
    pair = [_place_at_random(own, rng), None]
    if rng.random() < SECOND_VOICE:
        other = _resized(utterances[rng.integers(len(utterances))], rng)
        if other.speaker != own.speaker:
            pair[1] = _partner(other, rng)
    return mix_scene(pair, around, rng)


def mix_scene(pair: list[Utterance | None], around: Surroundings, rng: np.random.Generator) -> Scene:
    """Both voices (placed, SAMPLES long) through one room and channel, with noise and imprecise masks."""
    voices = [
        augment.equalise(u.samples, rng) if u and rng.random() < 0.5 else (u.samples if u else None) for u in pair
    ]
    mix = voices[0] / augment.level_of(voices[0])
    if voices[1] is not None:
        mix = mix + voices[1] / augment.level_of(voices[1]) * 10 ** (rng.uniform(*PARTNER_LEVEL) / 20)
    if rng.random() < 0.4:
        mix = augment.in_room(mix, around.responses[rng.integers(len(around.responses))], wet=rng.uniform(0.2, 1))
    if rng.random() < 0.5:
        noise = augment.white_noise(SAMPLES, rng)
        if rng.random() < 0.7:
            noise = around.noises[rng.integers(len(around.noises))]
        mix = augment.add_noise(mix, noise, rng.uniform(5, 30), rng)
    if rng.random() < 0.15:
        mix = augment.telephone(mix)
    phones = tuple(u.phones if u else [] for u in pair)
    masks = np.stack([mask_of(p) for p in phones])
    if rng.random() < 0.8:
        masks = soften_masks(masks, rng)
    return Scene((mix * 0.05).astype(np.float32), masks, phones)


def mask_of(phones: list[Phone]) -> np.ndarray:
    """(FRAMES,) float32 in {0, 1}: speech, with short pauses closed."""
    mask = np.zeros(FRAMES, np.float32)
    for phone in phones:
        if phone.name != "SIL" or phone.end - phone.start < LONGEST_PAUSE:
            mask[round(phone.start * 25) : max(round(phone.start * 25) + 1, round(phone.end * 25))] = 1
    return mask


def encode(scene: Scene) -> list[dict[str, np.ndarray]]:
    """Inputs and labels of the articulation head for both streams; of a single voice, the second stream is silent.

    tokens (2 FRAMES, 1536) float16, condition (2 FRAMES, 5), visemes (4 FRAMES,), closed, seal (4 FRAMES,),
    shapes (4 FRAMES, 4)
    """
    levels = streams.usual_levels(scene.mix, scene.masks)
    voices = streams.stream_prosody(scene.mix, scene.masks, levels)
    sounds = streams.gated_streams(scene.mix, scene.masks, levels, 0, FRAMES, features.LEAD, features.TAIL)
    tokens = features.whisper_tokens(sounds).astype(np.float16)
    examples = []
    for stream, phones in enumerate(scene.phones):
        own = np.repeat(np.stack([scene.masks[stream], scene.masks[1 - stream]], axis=1), 2, axis=0)
        closed, seal = articulation_labels.closure_labels(phones, LABELS)
        examples.append(
            {
                "tokens": tokens[stream],
                "condition": np.concatenate([voices[stream], own], axis=1).astype(np.float32),
                "visemes": articulation_labels.visemes_at(phones, LABELS).astype(np.uint8),
                "closed": closed,
                "seal": seal,
                "shapes": articulation_labels.shapes_at(phones, np.repeat(voices[stream, :, 0], 2)),
            }
        )
    return examples


def _resized(utterance: Utterance, rng: np.random.Generator) -> Utterance:
    if rng.random() < 0.4:
        return utterance
    factor = rng.uniform(0.86, 1.16)
    phones = [Phone(p.start / factor, p.end / factor, p.name) for p in utterance.phones]
    return Utterance(augment.change_size(utterance.samples, factor), phones, utterance.speaker)


def _place_at_random(utterance: Utterance, rng: np.random.Generator) -> Utterance:
    """At a random time of the scene; a long utterance starts at a random time of its own."""
    length = len(utterance.samples) / SAMPLE_RATE
    spare = SAMPLES / SAMPLE_RATE - length
    if spare < 0:
        return _place(utterance, 0.0, rng.uniform(0, -spare), SAMPLES / SAMPLE_RATE)
    return _place(utterance, rng.uniform(0, spare), 0.0, length)


def _partner(utterance: Utterance, rng: np.random.Generator) -> Utterance:
    """A second voice of 10 s, a turn, or a few words."""
    length = len(utterance.samples) / SAMPLE_RATE
    take = min(length, SAMPLES / SAMPLE_RATE, rng.choice([10, rng.uniform(2, 6), rng.uniform(0.4, 1.5)]))
    return _place(utterance, rng.uniform(0, SAMPLES / SAMPLE_RATE - take), rng.uniform(0, max(0, length - take)), take)


def _place(utterance: Utterance, at: float, skip: float, take: float) -> Utterance:
    """``take`` seconds of the utterance from ``skip`` on, placed at ``at`` in SAMPLES of silence."""
    samples = np.zeros(SAMPLES, np.float32)
    piece = utterance.samples[int(skip * SAMPLE_RATE) : int((skip + take) * SAMPLE_RATE)]
    start = int(at * SAMPLE_RATE)
    piece = piece[: SAMPLES - start]
    samples[start : start + len(piece)] = piece
    phones = [
        Phone(max(p.start, skip) - skip + at, min(p.end, skip + take) - skip + at, p.name)
        for p in utterance.phones
        if p.end > skip and p.start < skip + take
    ]
    return Utterance(samples, phones, utterance.speaker)
