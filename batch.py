"""Many dialogues without a window: ``blender -b [scene.blend] -P batch.py -- jobs.csv [--workers 2]``.

Or with the bpy wheel: ``python batch.py jobs.csv``. ``--help`` lists the options; the code is in operators/batch.py.
"""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

import bpy

ROOT = Path(__file__).resolve().parent


def load_package() -> str:
    """Register the package of this file, as the installed extension or else from the checkout; returns its name."""
    import addon_utils  # comes with bpy and is not there before it

    for repository in bpy.context.preferences.extensions.repos:
        if Path(repository.directory).resolve() == ROOT.parent:
            name = f"bl_ext.{repository.module}.{ROOT.name}"
            addon_utils.enable(name)
            return name
    name = "talking_together"
    for addon in bpy.context.preferences.addons.keys():
        if addon.endswith(f".{name}"):  # an installed copy has the same buttons
            addon_utils.disable(addon)
    spec = importlib.util.spec_from_file_location(name, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)])
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
    sys.modules[name].register()
    return name


def leave(code: int) -> None:
    """End this process with ``code``."""
    sys.stdout.flush()
    sys.stderr.flush()
    if bpy.app.binary_path:
        sys.exit(code)
    os._exit(code)  # the wheel hangs in its own exit handlers once a sound was open


if __name__ == "__main__":
    own = sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]
    leave(importlib.import_module(f"{load_package()}.operators.batch").main(own))
