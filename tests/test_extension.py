"""The zip as a user gets it: built, checked, installed and enabled by Blender's own extension commands."""

import os
import subprocess
import sys
import zipfile

import pytest

COMMAND = """
import sys, bpy, addon_utils
addon_utils.enable("bl_pkg")
import bl_pkg
sys.exit(bl_pkg.cli_extension(sys.argv[1:]))
"""
ENABLE = """
import sys, bpy, addon_utils
name = "bl_ext.user_default.talking_together"
assert addon_utils.enable(name), "not enabled"
only_in_the_child = {"torch", "onnxruntime", "av"} & set(sys.modules)
assert not only_in_the_child, only_in_the_child
assert bpy.ops.dyad.add_heads() == {"FINISHED"}
assert len([thing for thing in bpy.data.objects if thing.type == "ARMATURE"]) == 2
addon_utils.disable(name)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("blender")


def blender(home, code, *arguments):
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(home / "user")}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], env=environment, capture_output=True, text=True, timeout=120
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def package(home, request):
    root = request.config.rootpath
    code, said = blender(home, COMMAND, "build", "--source-dir", root, "--output-dir", home)
    assert code == 0, said
    return next(home.glob("*.zip"))


def test_blender_finds_nothing_wrong_with_it(home, package):
    code, said = blender(home, COMMAND, "validate", package)

    assert code == 0 and "rror" not in said, said


def test_it_holds_what_generates_and_nothing_of_what_trains(package):
    names = zipfile.ZipFile(package).namelist()

    for needed in (
        "blender_manifest.toml",
        "batch.py",
        "requirements.txt",
        "core/service/worker.py",
        "core/generate.py",
        "operators/generate.py",
        "panels/dyad.py",
        "assets/heads/man.npz",
        "assets/weights/generator.safetensors",
        "assets/prompts/meaning.safetensors",
    ):
        assert needed in names
    unwanted = ("research", "tests", "assets/heads/build", "assets/sample", ".")
    assert [name for name in names if name.startswith(unwanted)] == []


def test_installed_it_is_enabled_without_torch_and_adds_heads(home, package):
    code, said = blender(home, COMMAND, "install-file", "-r", "user_default", "-e", package)
    assert code == 0, said

    code, said = blender(home, ENABLE)

    assert code == 0, said
