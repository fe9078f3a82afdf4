"""Speech features of the bundled dialogue."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import decoding
from core.speech import features, windows


@pytest.fixture(scope="module")
def speech():
    sample = Path(decoding.__file__).parents[2] / "assets" / "sample" / "dialogue.flac"
    return decoding.load(sample, duration=6.0).mono


def taking_turns(samples):
    """A speaks in the first half, B in the second."""
    frames = decoding.frame_count(len(samples))
    first = (np.arange(frames) < frames / 2).astype(np.float32)
    return np.stack([first, 1 - first])


def test_every_motion_frame_gets_every_feature_once(speech):
    encoded = features.encode(speech, taking_turns(speech))

    assert encoded.shape == (2, decoding.frame_count(len(speech)), features.WIDTH)
    assert np.isfinite(encoded).all()
    columns = np.concatenate([np.arange(features.WIDTH)[place] for place in features.FEATURES.values()])
    assert columns.tolist() == list(range(features.WIDTH))


def test_features_are_of_about_unit_scale(speech):
    encoded = features.encode(speech, taking_turns(speech))

    assert np.abs(encoded).max() < 12
    assert encoded[..., features.FEATURES["whisper"]].std() == pytest.approx(1, abs=0.5)


def test_swapping_the_people_swaps_the_streams(speech):
    masks = taking_turns(speech)

    there, swapped = features.encode(speech, masks), features.encode(speech, masks[::-1])

    np.testing.assert_allclose(swapped, there[::-1], atol=1e-3)


def test_a_louder_recording_has_the_same_features(speech):
    masks = taking_turns(speech)

    np.testing.assert_allclose(features.encode(speech * 4, masks), features.encode(speech, masks), atol=1e-2)


def test_the_listeners_visemes_are_silence(speech):
    masks = taking_turns(speech)

    silence = features.encode(speech, masks)[..., features.FEATURES["visemes"].start]  # probability of silence

    assert silence[masks < 0.5].mean() > 0.9 > silence[masks > 0.5].mean()


def test_windows_join_without_a_seam(speech):
    long = np.concatenate([speech, speech, speech])
    encoded = features.encode(long, taking_turns(long))[0, :, : features.ENCODED.stop]
    steps = np.abs(np.diff(encoded, axis=0)).mean(axis=1)
    joints = [start + windows.OVERLAP_FRAMES // 2 for start, _ in windows.windows(len(encoded))][1:]

    assert len(joints) > 0
    assert steps[[j + k for j in joints for k in range(-13, 13)]].mean() < 1.2 * steps.mean()


def test_a_part_is_encoded_as_it_is_within_the_whole(speech):
    long = np.tile(speech, 5)
    masks = taking_turns(long)
    whole = features.encode(long, masks)
    for part in (slice(0, 60), slice(190, 420), slice(masks.shape[1] - 30, masks.shape[1])):
        np.testing.assert_array_equal(features.encode(long, masks, part=part), whole[:, part])
    halves = features.encode(long, masks, part=slice(190, 420), dtype=np.float16)
    assert halves.dtype == np.float16
    np.testing.assert_allclose(halves, whole[:, 190:420], atol=4e-3)


def test_progress_reaches_one_and_may_stop_the_work(speech):
    seen = []
    features.encode(speech, taking_turns(speech), seen.append)
    assert seen[-1] == 1

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        features.encode(speech, taking_turns(speech), stop)


def test_masks_of_another_length_are_refused_with_both_shapes(speech):
    with pytest.raises(ValueError, match=r"\(2, 150\).*\(2, 7\)"):
        features.encode(speech, np.ones((2, 7)))
