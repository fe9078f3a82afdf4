"""Fit the projection of the speech features: mean, standard deviation and 96 principal components of Whisper tokens."""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from core import WEIGHTS, engine
from core.audio.mel import log_mel
from core.speech import features, streams
from core.speech.windows import dither

from ..corpora import recordings as corpora
from ..corpora.surroundings import read_surroundings
from . import scenes

COMPONENTS = 96


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder that holds speech/ and noise_rir/")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--scenes", type=int, default=400, help="ten-second scenes to fit on")


def main(args: argparse.Namespace) -> None:
    recordings = corpora.trainable(corpora.aligned(corpora.read_speech(args.data)))
    chosen = [r for r in recordings if r.split == "train"]
    rng = np.random.default_rng(args.seed)
    picked = [chosen[i] for i in rng.permutation(len(chosen))[: args.scenes]]
    utterances = scenes.read_utterances(picked)
    around = read_surroundings(args.data)
    statistics = Statistics()
    for k, utterance in enumerate(utterances):
        scene = scenes.clean_scene(utterance) if k % 2 else scenes.augmented_scene(utterances, around, rng)
        statistics.add(raw_tokens(scene))
    save_file(statistics.projection(), WEIGHTS / "voice_pca.safetensors")
    print(f"{len(utterances)} scenes, {statistics.kept:.3f} of the variance in {COMPONENTS} components")


def raw_tokens(scene: scenes.Scene) -> torch.Tensor:
    """(tokens, 1536) of the first stream, only those in which it speaks."""
    levels = streams.usual_levels(scene.mix, scene.masks)
    sound = streams.gated_streams(scene.mix, scene.masks, levels, 0, scenes.FRAMES, features.LEAD, features.TAIL)[:1]
    (tokens,) = engine.run("whisper", mel=log_mel(sound + dither(sound.shape[-1])))
    return torch.from_numpy(tokens[0][np.repeat(scene.masks[0], 2) > 0.5])


class Statistics:
    """Running mean and covariance of tokens."""

    def __init__(self):
        self.count, self.sum, self.product, self.kept = 0, 0, 0, 0.0

    def add(self, tokens: torch.Tensor) -> None:  # (n, 1536)
        tokens = tokens.double()
        self.count += len(tokens)
        self.sum = self.sum + tokens.sum(0)
        self.product = self.product + tokens.T @ tokens

    def projection(self) -> dict[str, torch.Tensor]:
        """mean, std (1536,), and components (1536, 96) that map standardised tokens to features of unit variance."""
        mean = self.sum / self.count
        covariance = self.product / self.count - torch.outer(mean, mean)
        std = covariance.diagonal().sqrt()
        values, vectors = torch.linalg.eigh(covariance / torch.outer(std, std))
        values, vectors = values.flip(0)[:COMPONENTS], vectors.flip(1)[:, :COMPONENTS]
        self.kept = float(values.sum() / len(std))
        components = vectors / values.sqrt()
        return {name: x.float().contiguous() for name, x in dict(mean=mean, std=std, components=components).items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    main(parser.parse_args())
