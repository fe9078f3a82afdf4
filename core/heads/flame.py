"""FLAME files (2020, 2023, 2023 Open; ``.pkl``, ``.npz``, ``.npy``), read without chumpy and without running them.

Loading a pickle can run code. The unpickler here allows eight harmless names and two stand-ins; a file that refers to
anything else is refused before any code runs.
"""

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import UserError

JOINT_NAMES = ("root", "neck", "jaw", "left_eye", "right_eye")
PARENTS = (-1, 0, 1, 1, 1)
IDENTITY, EXPRESSION = 300, 100  # directions in shapedirs, in this order
KEYS = ("v_template", "f", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table")


@dataclass(frozen=True, eq=False)
class Flame:
    """One FLAME model in our axes: metres, Z up, the face along -Y, its own left +X. V = 5023."""

    template: np.ndarray  # (V, 3)
    faces: np.ndarray  # (F, 3)
    identity: np.ndarray  # (300, V, 3) metres per unit
    expression: np.ndarray  # (100, V, 3)
    pose_correctives: np.ndarray  # (36, V, 3), for the entries of R - I of neck, jaw and eyes; in FLAME's axes
    joint_regressor: np.ndarray  # (5, V)
    weights: np.ndarray  # (V, 5), rows sum to 1

    @property
    def joints(self) -> np.ndarray:
        """(5, 3) rest places of JOINT_NAMES."""
        return self.joint_regressor @ self.template

    @property
    def has_jaw(self) -> bool:
        """Whether a jaw joint opens the mouth; the "no jaw" editions leave that to the expressions."""
        return bool(self.weights[:, JOINT_NAMES.index("jaw")].max() > 0.5)


def read_flame(path: str | Path) -> Flame:
    """Read a FLAME file. Raises UserError when it is none, is damaged, or carries code."""
    path = Path(path)
    try:
        return _checked(_read_arrays(path))
    except FileNotFoundError:
        raise UserError(f'There is no file "{path}". Check the path.') from None
    except pickle.UnpicklingError as error:
        raise UserError(f'"{path}" was not read: {error}. Use a file from flame.is.tue.mpg.de.') from None
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OSError, EOFError, MemoryError) as error:
        raise UserError(f'"{path}" is not a FLAME file ({error}). Use a file from flame.is.tue.mpg.de.') from error


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The file's entries as plain arrays."""
    with open(path, "rb") as file:
        start = file.read(6)
        file.seek(0)
        if start[:2] == b"PK":
            with np.load(file, allow_pickle=False) as archive:
                return {key: archive[key] for key in KEYS if key in archive.files}
        if start == b"\x93NUMPY":
            content = _read_pickled_npy(file)
        else:
            content = SafeUnpickler(file, encoding="latin1").load()
    if not isinstance(content, dict):
        raise ValueError("it holds no dictionary")
    return {key: _plain(content[key]) for key in KEYS if key in content}


def _read_pickled_npy(file) -> object:
    """What ``np.save`` wrote of a dictionary: the header by numpy, the pickle behind it by the safe unpickler."""
    version = np.lib.format.read_magic(file)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
    if header is None:
        raise ValueError(f"an .npy of version {version}")
    shape, _, dtype = header(file)
    if not dtype.hasobject:
        raise ValueError("one array and no dictionary")
    content = np.asarray(SafeUnpickler(file, encoding="latin1").load(), dtype=object).reshape(shape)
    return content.item()


class Leaf:
    """Stands in for ``chumpy.ch.Ch``: an array with bookkeeping around it; the array is kept."""

    def __setstate__(self, state: dict) -> None:
        self.value = np.asarray(state["x"])


class Sparse:
    """Stands in for scipy's compressed matrices, by column (csc) or by row (csr)."""

    by_row = False

    def __setstate__(self, state: dict) -> None:
        rows, columns = (int(size) for size in state.get("_shape", state.get("shape")))
        lines, across = (rows, columns) if self.by_row else (columns, rows)
        dense = np.zeros((lines, across))
        counts = np.diff(np.asarray(state["indptr"]))
        dense[np.repeat(np.arange(lines), counts), np.asarray(state["indices"])] = np.asarray(state["data"])
        self.value = dense if self.by_row else dense.T


class SparseRows(Sparse):
    by_row = True


def _rebuilt(kind: type, base: type, state: object) -> object:
    """``copy_reg._reconstructor`` of old pickles, for the stand-ins only."""
    if kind not in (Leaf, Sparse, SparseRows):
        raise pickle.UnpicklingError(f"it contains an object of {kind!r}")
    return kind.__new__(kind)


class SafeUnpickler(pickle.Unpickler):
    """Allows arrays and the stand-ins; any other class is refused by its name."""

    def find_class(self, module: str, name: str) -> object:
        root = module.split(".")[0]
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name in ("_reconstruct", "scalar"):
            # numpy's versions have these two in different modules; its own pickles name the right one
            return (np.zeros(1) if name == "_reconstruct" else np.float64(0)).__reduce__()[0]
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        if (module, name) == ("_codecs", "encode"):
            return _latin1
        if module in ("builtins", "__builtin__") and name in ("set", "object"):
            return {"set": set, "object": object}[name]
        if module in ("copy_reg", "copyreg") and name == "_reconstructor":
            return _rebuilt
        if root == "chumpy" and name == "Ch":
            return Leaf
        if module.startswith("scipy.sparse") and name in ("csc_matrix", "csr_matrix"):
            return Sparse if name == "csc_matrix" else SparseRows
        raise pickle.UnpicklingError(f'it refers to "{module}.{name}", which no FLAME file needs')


def _latin1(text: str, encoding: str = "latin1") -> bytes:
    """``_codecs.encode`` as numpy's own pickles use it: bytes written as text."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f'it refers to the codec "{encoding}"')
    return text.encode("latin1")


def _plain(value: object) -> np.ndarray:
    return value.value if isinstance(value, Leaf | Sparse) else np.asarray(value)


def _checked(data: dict[str, np.ndarray]) -> Flame:
    """The model, after checks of its shapes, values and tree; raises ValueError where one fails."""
    missing = [key for key in KEYS if key not in data]
    if missing:
        raise ValueError(f"it has no {', '.join(missing)}")
    count = len(data["v_template"])
    joints = len(JOINT_NAMES)
    posedirs = data["posedirs"]
    if posedirs.ndim == 2 and posedirs.shape[0] == 9 * (joints - 1):  # some conversions store it flat and transposed
        posedirs = posedirs.T.reshape(count, 3, -1)
    arrays = {**data, "posedirs": posedirs}
    wanted = {
        "v_template": (count, 3),
        "f": (len(data["f"]), 3),
        "shapedirs": (count, 3, IDENTITY + EXPRESSION),
        "posedirs": (count, 3, 9 * (joints - 1)),
        "J_regressor": (joints, count),
        "weights": (count, joints),
        "kintree_table": (2, joints),
    }
    for key, shape in wanted.items():
        if arrays[key].shape != shape:
            raise ValueError(f"{key} is {arrays[key].shape}, not {shape}")
        if not np.isfinite(arrays[key].astype(float)).all():
            raise ValueError(f"{key} has values that are no numbers")
    _check_tree(arrays, count)
    directions = in_our_axes(np.moveaxis(arrays["shapedirs"].astype(float), 2, 0))
    return Flame(
        template=in_our_axes(arrays["v_template"].astype(float)),
        faces=arrays["f"].astype(np.int32),
        identity=directions[:IDENTITY],
        expression=directions[IDENTITY:],
        pose_correctives=in_our_axes(np.moveaxis(arrays["posedirs"].astype(float), 2, 0)),
        joint_regressor=arrays["J_regressor"].astype(float),
        weights=arrays["weights"].astype(float),
    )


def _check_tree(arrays: dict[str, np.ndarray], count: int) -> None:
    parents = arrays["kintree_table"][0].astype(np.int64)
    if tuple(parents[1:]) != PARENTS[1:]:
        raise ValueError(f"its joints have the parents {parents.tolist()}, not {list(PARENTS)}")
    if arrays["f"].min() < 0 or arrays["f"].max() >= count:
        raise ValueError("faces name vertices that do not exist")
    if not np.allclose(arrays["weights"].sum(axis=1), 1, atol=1e-3):
        raise ValueError("skinning weights do not sum to 1")
    size = np.ptp(arrays["v_template"], axis=0).max()
    if not 0.1 < size < 1.0:
        raise ValueError(f"it is {size:.3g} m large; a head in metres is about 0.3")


def in_our_axes(points: np.ndarray) -> np.ndarray:
    """FLAME's axes (..., 3), Y up and the face along +Z, to ours: Z up and the face along -Y."""
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)
