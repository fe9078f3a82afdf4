"""FLAME files: a double with the real one's keys and classes reads equal; a file that carries code runs nothing."""

import os
import pickle
import sys
import types

import numpy as np
import pytest
from scipy import sparse

from core.errors import UserError
from core.heads.flame import read_flame

V = 40


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """A tiny model with FLAME's keys."""
    random = np.random.default_rng(2)
    weights = random.uniform(0, 1, (V, 5))
    regressor = random.uniform(0, 1, (5, V)) * (random.uniform(0, 1, (5, V)) < 0.2)
    return {
        "v_template": random.uniform(-0.1, 0.1, (V, 3)),
        "f": random.integers(0, V, (60, 3)).astype(np.uint32),
        "shapedirs": random.normal(0, 0.001, (V, 3, 400)),
        "posedirs": random.normal(0, 0.001, (V, 3, 36)),
        "J_regressor": regressor,
        "weights": weights / weights.sum(axis=1, keepdims=True),
        "kintree_table": np.array([[4294967295, 0, 1, 1, 1], [0, 1, 2, 3, 4]]),
    }


@pytest.fixture
def chumpy(monkeypatch):
    """A module chumpy.ch with a class Ch, only while the double is written."""
    module = types.ModuleType("chumpy.ch")
    module.Ch = type("Ch", (), {"__module__": "chumpy.ch"})
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "chumpy", types.ModuleType("chumpy"))
        patch.setitem(sys.modules, "chumpy.ch", module)
        yield module.Ch


def as_published(arrays: dict[str, np.ndarray], Ch: type) -> dict:
    """The classes the published .pkl holds: shapedirs a chumpy array, the regressor a sparse matrix."""
    leaf = Ch()
    leaf.__dict__.update(x=arrays["shapedirs"], _dirty_vars=set(), _cache={})
    return {**arrays, "shapedirs": leaf, "J_regressor": sparse.csc_matrix(arrays["J_regressor"]), "bs_style": "lbs"}


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_with_chumpy_and_scipy_reads_equal(arrays, chumpy, tmp_path, protocol):
    path = tmp_path / "flame.pkl"
    path.write_bytes(pickle.dumps(as_published(arrays, chumpy), protocol=protocol))

    model = read_flame(path)

    x, y, z = arrays["v_template"].T
    assert np.allclose(model.template, np.stack([x, -z, y], axis=-1))
    assert np.allclose(model.joint_regressor, arrays["J_regressor"])
    assert np.allclose(model.expression[7, :, 0], arrays["shapedirs"][:, 0, 307])
    assert np.allclose(model.weights, arrays["weights"]) and model.has_jaw
    assert np.array_equal(model.faces, arrays["f"])


def test_npz_and_pickled_npy_read_the_same(arrays, tmp_path):
    np.savez(tmp_path / "flame.npz", **arrays)
    np.save(tmp_path / "flame.npy", arrays, allow_pickle=True)

    first, second = read_flame(tmp_path / "flame.npz"), read_flame(tmp_path / "flame.npy")

    assert np.array_equal(first.template, second.template)
    assert np.array_equal(first.identity, second.identity)


class Trap:
    """Runs a command when a careless reader opens it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def test_a_file_that_carries_code_is_refused_and_nothing_runs(arrays, tmp_path):
    sprung = tmp_path / "sprung"
    hidden = np.array([Trap(sprung)], dtype=object)  # inside an object array
    for content in ({**arrays, "f": Trap(sprung)}, {**arrays, "f": hidden}, Trap(sprung)):
        path = tmp_path / "evil.pkl"
        path.write_bytes(pickle.dumps(content, protocol=2))
        with pytest.raises(UserError, match="system"):
            read_flame(path)
        np.save(tmp_path / "evil.npy", np.array(content, dtype=object), allow_pickle=True)
        with pytest.raises(UserError, match="system"):
            read_flame(tmp_path / "evil.npy")

    assert not sprung.exists()


def test_an_npz_with_objects_is_refused(arrays, tmp_path):
    sprung = tmp_path / "sprung"
    np.savez(tmp_path / "evil.npz", **{**arrays, "f": np.array([Trap(sprung)], dtype=object)})

    with pytest.raises(UserError, match="not a FLAME file"):
        read_flame(tmp_path / "evil.npz")
    assert not sprung.exists()


@pytest.mark.parametrize(
    "change, said",
    [
        ({"weights": np.ones((V, 5))}, "weights do not sum to 1"),
        ({"shapedirs": np.zeros((V, 3, 10))}, "shapedirs is"),
        ({"v_template": np.full((V, 3), np.nan)}, "no numbers"),
        ({"f": np.full((60, 3), V)}, "do not exist"),
        ({"kintree_table": np.zeros((2, 5))}, "joints have the parents"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(arrays, tmp_path, change, said):
    np.savez(tmp_path / "flame.npz", **{**arrays, **change})
    with pytest.raises(UserError, match=said):
        read_flame(tmp_path / "flame.npz")


def test_a_missing_file_and_a_broken_one_are_told_apart(tmp_path):
    (tmp_path / "broken.pkl").write_bytes(b"\x80\x02}q\x00(")
    with pytest.raises(UserError, match="There is no file"):
        read_flame(tmp_path / "nothing.pkl")
    with pytest.raises(UserError, match="not a FLAME file"):
        read_flame(tmp_path / "broken.pkl")
