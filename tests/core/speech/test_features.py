"""What the voice encoder promises, on the bundled dialogue."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import decoding
from core.speech import features as voice


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
    features = voice.encode(speech, taking_turns(speech))

    assert features.shape == (2, decoding.frame_count(len(speech)), voice.WIDTH)
    assert np.isfinite(features).all()
    columns = np.concatenate([np.arange(voice.WIDTH)[place] for place in voice.FEATURES.values()])
    assert columns.tolist() == list(range(voice.WIDTH))


def test_features_are_of_about_unit_scale(speech):
    features = voice.encode(speech, taking_turns(speech))

    assert np.abs(features).max() < 12
    assert features[..., voice.FEATURES["spectrum"]].std() == pytest.approx(1, abs=0.5)


def test_swapping_the_people_swaps_the_streams(speech):
    masks = taking_turns(speech)

    there, swapped = voice.encode(speech, masks), voice.encode(speech, masks[::-1])

    np.testing.assert_allclose(swapped, there[::-1], atol=1e-3)


def test_a_louder_recording_is_heard_the_same(speech):
    masks = taking_turns(speech)

    np.testing.assert_allclose(voice.encode(speech * 4, masks), voice.encode(speech, masks), atol=1e-2)


def test_the_mouth_of_who_listens_is_not_heard_to_speak(speech):
    masks = taking_turns(speech)

    silence = voice.encode(speech, masks)[..., voice.FEATURES["visemes"].start]  # how likely nothing is said

    assert silence[masks < 0.5].mean() > 0.9 > silence[masks > 0.5].mean()


def test_windows_join_without_a_seam(speech):
    long = np.concatenate([speech, speech, speech])
    features = voice.encode(long, taking_turns(long))[0, :, : voice.ENCODED.stop]
    steps = np.abs(np.diff(features, axis=0)).mean(axis=1)
    joints = [start + voice.OVERLAP_FRAMES // 2 for start, _ in voice.windows(len(features))][1:]

    assert len(joints) > 0
    assert steps[[j + k for j in joints for k in range(-13, 13)]].mean() < 1.2 * steps.mean()


def test_a_part_is_encoded_as_it_is_within_the_whole(speech):
    long = np.tile(speech, 8)
    masks = taking_turns(long)
    whole = voice.encode(long, masks)
    for part in (slice(0, 60), slice(190, 420), slice(masks.shape[1] - 30, masks.shape[1])):
        np.testing.assert_array_equal(voice.encode(long, masks, part=part), whole[:, part])
    halves = voice.encode(long, masks, kind=np.float16)
    assert halves.dtype == np.float16
    np.testing.assert_allclose(halves, whole, atol=4e-3)


def test_progress_reaches_one_and_may_stop_the_work(speech):
    seen = []
    voice.encode(speech, taking_turns(speech), seen.append)
    assert seen[-1] == 1

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        voice.encode(speech, taking_turns(speech), stop)


def test_masks_of_another_length_are_refused_with_both_shapes(speech):
    with pytest.raises(ValueError, match=r"\(2, 150\).*\(2, 7\)"):
        voice.encode(speech, np.ones((2, 7)))
