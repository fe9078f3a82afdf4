"""Two people talking in 3D, from sound: everything that needs no Blender."""

VERSION = "0.1.0"
