"""The add-on's name and its preferences."""

import bpy

NAME = __package__.removesuffix(".operators")


def preferences(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    """The user's preferences, or None where the package is used without being an enabled add-on (batch, tests)."""
    addon = context.preferences.addons.get(NAME)
    return addon.preferences if addon else None
