"""The sections of the Dyad panel: recording, scene, Generate Dyad; then heads, mood, turns, sliders, takes, export."""

import json
import textwrap

import bpy

from ..core.layout import MOOD, Layout
from ..operators import addon
from ..operators.scene.rig import rigs
from ..operators.scene.sequencer import strips, turns
from ..operators.scene.take import adjust_sliders, advice, child_process, panel_facts
from .progress import draw_progress

VALUES_PER_LINE = 2
PIXELS_PER_LETTER, MARGIN_LETTERS = 6.0, 6  # of the sidebar at a scale of 1
FORMATS = {  # how a number of the layout is written
    "distance": "{:.3g} m apart".format,
    "facing_a": "A {:+.0f}°".format,
    "facing_b": "B {:+.0f}°".format,
    "height_a": "A {:.3g} m high".format,
    "height_b": "B {:.3g} m high".format,
    "contact_a": "A looks {:.0%}".format,
    "contact_b": "B looks {:.0%}".format,
    "energy": "energy {:.2g}".format,
    "warmth": "warmth {:.2g}".format,
    "swapped": lambda value: "places swapped" if value else "A on the left",
}


class Sidebar:
    """Mix-in: the region and tab of all sections."""

    bl_region_type = "UI"
    bl_category = "Dyad"


class MainPanel(Sidebar):
    """Recording, scene, Generate Dyad, progress."""

    bl_label = "Dyad"

    def draw(self, context):
        settings = context.scene.dyad
        _draw_audio(self.layout, context, settings)
        found = panel_facts.read(context.scene)
        _draw_scene(self.layout, settings, found.layout)
        _draw_generate(self.layout, context, found.advice)


class HeadsPanel(Sidebar):
    """Which rigs are A and B."""

    bl_label = "Heads"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        present = rigs.participants(context.scene)
        for slot in rigs.SLOTS:
            row = self.layout.row(align=True)
            row.label(text=f"{slot}: {present[slot].name if slot in present else 'none yet'}", icon="USER")
            row.operator("dyad.use_rig", text="Use Own Rig").slot = slot
            if slot in present:
                row.operator("dyad.release_rig", text="", icon="X").slot = slot


class MoodPanel(Sidebar):
    """Gaze shares, energy and warmth of the scene."""

    bl_label = "Mood"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column = self.layout.column(align=True)
        for name in MOOD:
            column.prop(context.scene.dyad, name)


class TurnsPanel(Sidebar):
    """Who speaks when."""

    bl_label = "Turns"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        sequencer_scene = strips.sequencer_scene(context)
        found = turns.turn_strips(sequencer_scene)
        row = self.layout.row(align=True)
        row.operator("dyad.find_turns", icon="SEQ_SEQUENCER")
        row.operator("dyad.clear_turns", text="", icon="TRASH")
        if found:
            spoken = {speaker: sum(strip.name[0] == speaker for strip in found) for speaker in "AB"}
            self.layout.prop(context.scene.dyad, "use_turns")
            self.layout.label(text=f"Turns of A: {spoken['A']}, of B: {spoken['B']}")
            unsure = turns.unsure(sequencer_scene)
            if unsure:
                row = self.layout.row(align=True)
                row.label(text=f"{len(unsure)} unsure, marked with ?", icon="QUESTION")
                row.operator("dyad.next_unsure", text="", icon="NEXT_KEYFRAME")
            self.layout.label(text="Edit the strips, then Update Take")
        column = self.layout.column(align=True)
        if found:
            column.operator("dyad.update", icon="FILE_REFRESH")
        column.operator("dyad.regenerate_turn", icon="LOOP_FORWARDS")
        column.prop(context.scene.dyad, "regenerate_prompt", text="", placeholder="Direction: angrier, B looks away")


class AdjustPanel(Sidebar):
    """Live sliders for each person, and Re-aim Gaze."""

    bl_label = "Adjust"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        settings = context.scene.dyad
        self.layout.active = bool(settings.active_take)
        self._table(self.layout, settings, adjust_sliders.NAMES)
        header, body = self.layout.panel("dyad_visemes", default_closed=True)
        header.label(text="Visemes")
        if body:
            self._table(body, settings, adjust_sliders.VISEME_GAINS)
        column = self.layout.column(align=True)
        column.operator("dyad.reset_adjustments", icon="LOOP_BACK")
        column.operator("dyad.reaim", icon="HIDE_OFF")

    def _table(self, layout, settings, names):
        """A row for each of ``names``, a column for each person."""
        table = layout.column(align=True)
        row = self._row(table)
        row.label(text="A")
        row.label(text="B")
        for name in names:
            row = self._row(table, settings.adjust_a.bl_rna.properties[name].name)
            for person in (settings.adjust_a, settings.adjust_b):
                row.prop(person, name, text="")

    @staticmethod
    def _row(table, name: str = ""):
        split = table.split(factor=0.38, align=True)
        split.label(text=name)
        return split.row(align=True)


class TakesPanel(Sidebar):
    """The takes of the scene, and buttons for another one."""

    bl_label = "Takes"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        settings = context.scene.dyad
        if settings.takes:
            row = self.layout.row()
            row.template_list("UI_UL_list", "dyad_takes", settings, "takes", settings, "active_take_index", rows=3)
            row.operator("dyad.remove_take", text="", icon="REMOVE")
        column = self.layout.column(align=True)
        column.prop(settings, "seed")
        column.operator("dyad.new_take", icon="FILE_REFRESH")
        if settings.active_take:
            row = column.row(align=True)
            for person in "AB":
                row.operator("dyad.new_take", text=f"Only {person}").people = person


class ExportPanel(Sidebar):
    """The preview film and the take's file."""

    bl_label = "Export"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column = self.layout.column(align=True)
        column.operator("dyad.choose_preview", icon="RENDER_ANIMATION")
        column.operator("dyad.export_take", icon="EXPORT")


def _draw_audio(layout, context, settings) -> None:
    sequencer_scene = strips.sequencer_scene(context)
    column = layout.column(align=True)
    column.label(text="Audio", icon="SOUND")
    if strips.sound_strips(sequencer_scene):
        placeholder = strips.find(sequencer_scene).name
        row = column.row(align=True)
        row.prop(settings, "strip", text="", icon="SEQ_SEQUENCER", placeholder=placeholder)
        row.operator("dyad.check_recording", text="", icon="VIEWZOOM")
        report = json.loads(settings.recording_report or "{}")
        if report.get("strip") == (settings.strip or placeholder):
            for sentence in [*report.get("voices", []), *report.get("quality", [])]:
                _draw_sentence(column, context, sentence)
    else:
        column.operator("dyad.add_recording", icon="ADD")


def _draw_sentence(column, context, sentence: str) -> None:
    """A sentence, wrapped to the width of the sidebar."""
    width = context.region.width / context.preferences.system.ui_scale
    for line in textwrap.wrap(sentence, max(20, int(width / PIXELS_PER_LETTER) - MARGIN_LETTERS)):
        column.label(text=line)


def _draw_scene(layout, settings, current: Layout | None) -> None:
    column = layout.column(align=True)
    column.label(text="Scene", icon="OUTLINER_OB_CAMERA")
    row = column.row(align=True)
    row.prop(settings, "prompt", text="", placeholder="Two friends, one metre apart")
    row.operator("dyad.direct", text="", icon="CHECKMARK")
    row.popover("DYAD_PT_presets", text="", icon="PRESET")
    for clause in json.loads(settings.prompt_clauses or "[]"):
        _draw_clause(column, clause)
    for direction in json.loads(settings.marker_directions or "[]"):
        _draw_clause(column, {**direction, "text": f"Frame {direction['frame']}: {direction['text']}"})
    if current:
        for line in _positions(current):
            column.label(text=line)
    else:
        row = layout.row(align=True)
        row.prop(settings, "head_a", text="")
        row.prop(settings, "head_b", text="")
        row.operator("dyad.add_heads", text="Add")


def _draw_generate(layout, context, given: advice.Advice | None) -> None:
    missing = child_process.missing()
    if missing:
        column = layout.column(align=True)
        column.label(text="Cannot generate yet", icon="ERROR")
        _draw_sentence(column, context, missing)
        column.operator("preferences.addon_show", text="Open Preferences").module = addon.NAME
        return
    column = layout.column()
    column.scale_y = 1.6
    column.operator("dyad.generate", icon="COMMUNITY")
    if child_process.engine():
        row = layout.row()
        row.active = False
        row.label(text=f"Runs on {child_process.engine()}")
    _draw_advice(layout, context, given)
    draw_progress(layout)


def _draw_advice(layout, context, given: advice.Advice | None) -> None:
    """The button that the take needs because its scene has changed, with the reason."""
    if given is None:
        return
    column = layout.column(align=True)
    _draw_sentence(column, context, f"{given.reason}.")
    if given.button == "reaim":
        column.operator("dyad.reaim", text="Re-aim Gaze", icon="HIDE_OFF")
    else:
        column.label(text="Press Generate Dyad again", icon="INFO")


def _draw_clause(column, clause: dict) -> None:
    """One clause of the prompt, and below it the values it sets, a few in a line to fit the sidebar."""
    column.label(text=clause["text"], icon="CHECKMARK" if clause["sets"] else "ERROR")
    values = [FORMATS[name](value) for name, value in clause["sets"].items()] or ["not understood"]
    grey = column.column(align=True)
    grey.active = False
    for first in range(0, len(values), VALUES_PER_LINE):
        grey.label(text=", ".join(values[first : first + VALUES_PER_LINE]), icon="BLANK1")


def _positions(layout: Layout) -> list[str]:
    """Distance and body directions of the two heads, in lines that fit the sidebar."""
    turned = [
        f"{name} turned {abs(angle):.0f}° {'left' if angle > 0 else 'right'}"
        for name, angle in (("A", layout.facing_a), ("B", layout.facing_b))
        if abs(angle) >= 1
    ]
    return [f"{layout.distance:.2f} m apart", ", ".join(turned) or "Facing each other"]


def _for_editors(*panels):
    """Each panel once for the 3D viewport and once for the Video Sequencer."""
    classes = []
    for space, prefix in (("VIEW_3D", "VIEW3D"), ("SEQUENCE_EDITOR", "SEQUENCER")):
        for panel in panels:
            name = f"{prefix}_PT_dyad_{panel.bl_label.lower()}"
            body = {"bl_idname": name, "bl_space_type": space, "__doc__": panel.__doc__}
            classes.append(type(name, (panel, bpy.types.Panel), body))
    return classes


CLASSES = _for_editors(MainPanel, HeadsPanel, MoodPanel, TurnsPanel, AdjustPanel, TakesPanel, ExportPanel)
