"""A FLAME file plays our shapes. The double is our man in another topology, carried over from the woman."""

import numpy as np
import pytest

from core.errors import UserError
from core.heads import Head, lip_gap, load
from core.motion import EXPRESSION_NAMES, WIDTH, HeadMotion

MM = 0.001


def double(man: Head) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """FLAME's arrays of a head whose quads are cut in four about their middles, shuffled; and its true shapes."""
    faces = {name: man.faces[man.face_materials == i] for i, name in enumerate(man.materials)}
    quads = np.concatenate([faces["skin"], faces["mouth"]])
    count = quads.max() + 1
    middles = np.arange(len(quads)) + count
    skin = np.concatenate([np.stack([quads[:, i], quads[:, (i + 1) % 4], middles], axis=-1) for i in range(4)])
    balls, corners = faces["eyes"], faces["eyes"][faces["eyes"][:, 3] >= 0]
    ball = np.unique(balls[balls >= 0])
    spheres = np.concatenate([balls[:, :3], corners[:, [0, 2, 3]]])

    def resampled(values: np.ndarray) -> np.ndarray:
        values = values.astype(float)
        return np.concatenate([values[..., :count, :], values[..., quads, :].mean(-2), values[..., ball, :]], axis=-2)

    rest, weights = resampled(man.rest), resampled(man.weights)
    triangles = np.concatenate([skin, np.searchsorted(ball, spheres) + count + len(quads)])
    known = np.c_[rest, np.ones(len(rest))]
    regressor = np.linalg.lstsq(known.T, np.c_[man.joints[1:], np.ones(5)].T, rcond=None)[0].T
    weights[:, 1] += weights[:, 0]
    order = np.random.default_rng(4).permutation(len(rest))
    arrays = {
        "v_template": np.stack([rest[:, 0], rest[:, 2], -rest[:, 1]], axis=-1)[order],  # Y up, the face along +Z
        "f": np.argsort(order)[triangles],
        "shapedirs": np.zeros((len(rest), 3, 400), np.float32),
        "posedirs": np.zeros((len(rest), 3, 36), np.float32),
        "J_regressor": regressor[:, order],
        "weights": weights[order, 1:],
        "kintree_table": np.array([[4294967295, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
    }
    return arrays, resampled(man.shapes)[:, order]


@pytest.fixture(scope="module")
def carried(tmp_path_factory) -> tuple[Head, np.ndarray, Head]:
    """The head of the double's file, its true shapes, and the head as a second load gives it."""
    arrays, truth = double(load("man"))
    path = tmp_path_factory.mktemp("flame") / "double.npz"
    np.savez_compressed(path, **arrays)
    return load(path), truth, load(path)


def test_the_shapes_arrive_within_half_a_millimetre(carried):
    head, truth, _ = carried
    off, true = np.linalg.norm(head.shapes - truth, axis=2), np.linalg.norm(truth, axis=2)
    moving = [name for name in EXPRESSION_NAMES if name != "tongueOut"]  # the double has no tongue

    rms = {}
    for name in moving:
        index = EXPRESSION_NAMES.index(name)
        rms[name] = np.sqrt((off[index][true[index] > 0.5 * MM] ** 2).mean())

    assert np.mean(list(rms.values())) < 0.6 * MM
    assert rms["jawOpen"] < 1.5 * MM and rms["eyeBlinkLeft"] < 1.2 * MM


def test_its_lips_open_and_seal(carried):
    head, *_ = carried
    packed = np.zeros((2, WIDTH), np.float32)
    packed[:, EXPRESSION_NAMES.index("jawOpen")] = 0.5
    packed[1, EXPRESSION_NAMES.index("mouthClose")] = 0.5

    opened, sealed = lip_gap(head, HeadMotion(packed))

    assert opened == pytest.approx(load("man").full_opening / 2, rel=0.1)
    assert sealed < 0.2 * MM


def test_its_eyes_turn_and_its_landmarks_lie_right(carried):
    head, *_ = carried
    man = load("man")
    for name in set(man.landmarks) - {"upper_teeth", "lower_teeth"}:
        assert np.linalg.norm(head.rest[head.landmarks[name]] - man.rest[man.landmarks[name]]) < 4 * MM, name
    packed = np.zeros((1, WIDTH), np.float32)
    packed[0, 52] = np.radians(20)  # left eye, to the own left
    posed = head.vertices(HeadMotion(packed))[0]
    gaze = posed[head.landmarks["pupil_left"]] - posed[head.landmarks["eye_back_left"]]
    assert np.degrees(np.arctan2(gaze[0], -gaze[1])) == pytest.approx(20, abs=0.1)


def test_it_is_dressed_and_the_shirt_keeps_off_the_skin(carried):
    head, *_ = carried
    throat = head.rest[np.abs(head.rest - [0, head.joints[1, 1] - 0.06, head.joints[1, 2]]).max(axis=1) < 0.03]

    nearest = np.linalg.norm(head.clothes.vertices[:, None] - throat, axis=-1).min()

    assert len(throat) and set(head.clothes.piece) == {0, 1, 2, 3}
    assert nearest > 1 * MM


def test_what_was_carried_over_is_kept_beside_the_file(carried):
    first, _, second = carried

    assert np.abs(first.shapes - second.shapes).max() < 0.001 * MM
    assert np.array_equal(first.faces, second.faces) and first.landmarks == second.landmarks
    assert np.allclose(second.weights.sum(axis=1), 1)


def test_an_edition_without_a_jaw_says_so(tmp_path):
    arrays, _ = double(load("man"))
    arrays["weights"][:, 1] += arrays["weights"][:, 2]
    arrays["weights"][:, 2] = 0
    np.savez(tmp_path / "no_jaw.npz", **arrays)

    with pytest.raises(UserError, match="without a jaw"):
        load(tmp_path / "no_jaw.npz")
