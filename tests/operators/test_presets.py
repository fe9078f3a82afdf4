"""Ready-made scenes and moods, and presets of the user's own in Blender's preset folder."""

from dataclasses import asdict, replace
from pathlib import Path

import bpy
import numpy as np
import pytest

from talking_together.core.layout import Layout, moods, presets, room_poses
from talking_together.operators.scene.rig import rigs
from talking_together.operators.scene.take import panel_facts, scene_jobs

NAME = "Our Kitchen Row 7"
ROW = Layout(1.4, -35.0, 20.0, 1.2, 1.65, 0.8, 0.1, 0.9, -0.6, True)


@pytest.fixture(autouse=True)
def no_preset_left(addon):
    yield
    bpy.ops.dyad.preset_add(name=NAME, remove_name=True)


def kept() -> list[Path]:
    return [file for folder in bpy.utils.preset_paths("dyad") for file in Path(folder).glob("*.py")]


def apply(file: Path) -> None:
    bpy.ops.script.execute_preset(filepath=str(file), menu_idname="DYAD_PT_presets")


def test_every_ready_made_scene_places_the_heads(addon):
    for name, layout in presets().items():
        assert bpy.ops.dyad.preset(preset=name) == {"FINISHED"}
        assert np.allclose(rigs.pair_poses(rigs.find_pair(addon)), room_poses(layout), atol=1e-5), name


def test_a_mood_moves_nobody(addon):
    scene_jobs.place(addon, ROW)
    for name, mood in moods().items():
        before = panel_facts.current_layout(addon)
        bpy.ops.dyad.preset(preset=name)
        assert panel_facts.current_layout(addon) == replace(before, **mood), name


def test_an_unknown_preset_is_an_error_that_names_the_others():
    with pytest.raises(RuntimeError, match="Choose one of: Face to face"):
        bpy.ops.dyad.preset(preset="Nowhere")


def test_what_stands_there_is_kept_under_a_name_and_comes_back(addon):
    scene_jobs.place(addon, ROW)
    before = kept()
    bpy.ops.dyad.preset_add(name=NAME)
    (file,) = set(kept()) - set(before)
    assert bpy.path.display_name(file.name, title_case=False) == NAME

    scene_jobs.place(addon, Layout())
    apply(file)

    assert asdict(panel_facts.current_layout(addon)) == pytest.approx(asdict(ROW), abs=1e-3)


def test_a_preset_of_the_users_adds_heads_to_an_empty_scene(addon):
    scene_jobs.place(addon, ROW)
    bpy.ops.dyad.preset_add(name=NAME)
    (file,) = kept()
    bpy.ops.wm.read_factory_settings(use_empty=True)

    apply(file)

    assert np.allclose(rigs.pair_poses(rigs.find_pair(bpy.context.scene)), room_poses(ROW), atol=1e-3)


def test_a_removed_preset_is_gone_from_the_disk(addon):
    bpy.ops.dyad.preset_add(name=NAME)
    assert kept()
    bpy.ops.dyad.preset_add(name=NAME, remove_name=True)
    assert not kept()
