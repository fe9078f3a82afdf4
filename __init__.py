"""Talking Together: two people talking in 3D, from sound."""


def register():
    """Blender calls this when the extension is enabled; nothing before it touches bpy, and nothing in it torch."""
    from . import operators, panels, preferences, properties

    for part in (preferences, properties, operators, panels):
        part.register()


def unregister():
    """Take everything back, and end the child process."""
    from . import operators, panels, preferences, properties

    for part in (panels, operators, properties, preferences):
        part.unregister()
