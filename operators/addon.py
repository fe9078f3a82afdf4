"""The add-on's name, its preferences and its own folder."""

from pathlib import Path

import bpy

from ..core.service.packages import is_installed

NAME = __package__.removesuffix(".operators")


def preferences(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    """The user's preferences, or None where the package is used without being an enabled add-on (batch, tests)."""
    addon = context.preferences.addons.get(NAME)
    return addon.preferences if addon else None


def site_folder(create: bool = False) -> Path | None:
    """The folder that Install PyTorch fills, or None where the package is no installed extension."""
    if not NAME.startswith("bl_ext."):
        return None
    return Path(bpy.utils.extension_path_user(NAME, path="", create=create)) / "site"


def has_torch() -> bool:
    """Whether Install PyTorch has been used."""
    site = site_folder()
    return site is not None and is_installed(site)
