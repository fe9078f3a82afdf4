"""The heads as Blender has them: mesh, bones, materials, hair, clothes."""
