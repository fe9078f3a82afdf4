"""Audio, Scene, Generate Dyad; below, folded, what is adjusted before and after."""

import json
import textwrap

import bpy

from ..core.layout import Layout
from ..operators import addon
from ..operators.scene.rig import rigs
from ..operators.scene.sequencer import strips, turns
from ..operators.scene.take import adjustments, advice, child, session
from .progress import draw_progress

VALUES_PER_LINE = 2
PIXELS_PER_LETTER, MARGIN_LETTERS = 6.0, 6  # of the sidebar at a scale of 1
SAID = {  # how a number of the layout is told
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
    """Where the panels are; mixed with the editor's name."""

    bl_region_type = "UI"
    bl_category = "Dyad"


class MainPanel(Sidebar):
    """From recording to result, top to bottom."""

    bl_label = "Dyad"

    def draw(self, context):
        settings = context.scene.dyad
        _draw_audio(self.layout, context, settings)
        _draw_scene(self.layout, context, settings)
        _draw_generate(self.layout, context)


class HeadsPanel(Sidebar):
    """Who plays A and B."""

    bl_label = "Heads"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        there = rigs.participants(context.scene)
        for slot in rigs.SLOTS:
            row = self.layout.row(align=True)
            row.label(text=f"{slot}: {there[slot].name if slot in there else 'nobody yet'}", icon="USER")
            row.operator("dyad.use_rig", text="Use Own").slot = slot
            if slot in there:
                row.operator("dyad.release_rig", text="", icon="X").slot = slot


class MoodPanel(Sidebar):
    """The numbers of the scene that the heads' places do not tell."""

    bl_label = "Mood"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column = self.layout.column(align=True)
        for name in session.MOOD:
            column.prop(context.scene.dyad, name)


class TurnsPanel(Sidebar):
    """Who speaks when."""

    bl_label = "Turns"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        sounding = strips.sequencer_scene(context)
        found = turns.turn_strips(sounding)
        row = self.layout.row(align=True)
        row.operator("dyad.find_turns", icon="SEQ_SEQUENCER")
        row.operator("dyad.clear_turns", text="", icon="TRASH")
        if found:
            spoken = {speaker: sum(strip.name[0] == speaker for strip in found) for speaker in "AB"}
            self.layout.prop(context.scene.dyad, "use_turns")
            self.layout.label(text=f"Turns of A: {spoken['A']}, of B: {spoken['B']}")
            unsure = turns.unsure(sounding)
            if unsure:
                row = self.layout.row(align=True)
                row.label(text=f"{len(unsure)} unsure, marked with ?", icon="QUESTION")
                row.operator("dyad.next_unsure", text="", icon="NEXT_KEYFRAME")
            self.layout.label(text="Drag, cut or rename the strips, then update")
        column = self.layout.column(align=True)
        if found:
            column.operator("dyad.update", icon="FILE_REFRESH")
        column.operator("dyad.redo_turn", icon="LOOP_FORWARDS")
        column.prop(context.scene.dyad, "redo_words", text="", placeholder="How: angrier, B looks away")


class AdjustPanel(Sidebar):
    """How strongly each of the two plays the take: live, without the network."""

    bl_label = "Adjust"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        settings = context.scene.dyad
        self.layout.active = bool(settings.shown)
        self._table(self.layout, settings, adjustments.NAMES)
        header, body = self.layout.panel("dyad_single_sounds", default_closed=True)
        header.label(text="Single Sounds")
        if body:
            self._table(body, settings, adjustments.VISEME_GAINS)
        self.layout.operator("dyad.reset_adjustments", icon="LOOP_BACK")

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


class VariationsPanel(Sidebar):
    """The takes that are kept, and how to get another."""

    bl_label = "Variations"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        settings = context.scene.dyad
        if settings.takes:
            row = self.layout.row()
            row.template_list("UI_UL_list", "dyad_takes", settings, "takes", settings, "chosen", rows=3)
            row.operator("dyad.remove_take", text="", icon="REMOVE")
        column = self.layout.column(align=True)
        column.prop(settings, "seed")
        column.operator("dyad.new_variation", icon="FILE_REFRESH")
        if settings.shown:
            row = column.row(align=True)
            for person in "AB":
                row.operator("dyad.new_variation", text=f"Only {person}").people = person


class TakePanel(Sidebar):
    """What to do with the result."""

    bl_label = "Take"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        column = self.layout.column(align=True)
        column.operator("dyad.reaim", icon="HIDE_OFF")
        column.operator("dyad.choose_preview", icon="RENDER_ANIMATION")
        column.operator("dyad.export_take", icon="EXPORT")


def _draw_audio(layout, context, settings) -> None:
    sounding = strips.sequencer_scene(context)
    column = layout.column(align=True)
    column.label(text="Audio", icon="SOUND")
    if strips.sound_strips(sounding):
        placeholder = strips.find(sounding).name
        row = column.row(align=True)
        row.prop(settings, "strip", text="", icon="SEQ_SEQUENCER", placeholder=placeholder)
        row.operator("dyad.check_recording", text="", icon="VIEWZOOM")
        heard = json.loads(settings.heard or "{}")
        if heard.get("strip") == (settings.strip or placeholder):
            for sentence in [*heard.get("notes", []), *heard.get("words", [])]:
                _draw_sentence(column, context, sentence)
    else:
        column.operator("dyad.add_recording", icon="ADD")


def _draw_sentence(column, context, sentence: str) -> None:
    """A sentence over as many lines as the sidebar's width asks for."""
    width = context.region.width / context.preferences.system.ui_scale
    for line in textwrap.wrap(sentence, max(20, int(width / PIXELS_PER_LETTER) - MARGIN_LETTERS)):
        column.label(text=line)


def _draw_scene(layout, context, settings) -> None:
    column = layout.column(align=True)
    column.label(text="Scene", icon="OUTLINER_OB_CAMERA")
    row = column.row(align=True)
    row.prop(settings, "prompt", text="", placeholder="Two friends, one metre apart")
    row.operator("dyad.direct", text="", icon="CHECKMARK")
    row.popover("DYAD_PT_presets", text="", icon="PRESET")
    for clause in json.loads(settings.understood or "[]"):
        _draw_clause(column, clause)
    for direction in json.loads(settings.timed or "[]"):
        _draw_clause(column, {**direction, "text": f"Frame {direction['frame']}: {direction['text']}"})
    if rigs.find_pair(context.scene):
        for fact in _facts(session.current_layout(context.scene)):
            column.label(text=fact)
    else:
        row = layout.row(align=True)
        row.prop(settings, "head_a", text="")
        row.prop(settings, "head_b", text="")
        row.operator("dyad.add_heads", text="Add")


def _draw_generate(layout, context) -> None:
    missing = child.missing()
    if missing:
        column = layout.column(align=True)
        column.label(text="The network cannot run", icon="ERROR")
        _draw_sentence(column, context, missing)
        column.operator("preferences.addon_show", text="Open Preferences").module = addon.NAME
        return
    column = layout.column()
    column.scale_y = 1.6
    column.operator("dyad.generate", icon="COMMUNITY")
    _draw_advice(layout, context)
    draw_progress(layout)


def _draw_advice(layout, context) -> None:
    """Which button a take asks for whose scene has changed since."""
    given = advice.advice(context.scene)
    if given is None:
        return
    column = layout.column(align=True)
    _draw_sentence(column, context, f"{given.reason}.")
    if given.button == "reaim":
        column.operator("dyad.reaim", text="Re-aim", icon="HIDE_OFF")
    else:
        column.label(text="Generate again", icon="INFO")


def _draw_clause(column, clause: dict) -> None:
    """One clause of the prompt, and under it what it set, a few numbers a line to fit the sidebar."""
    column.label(text=clause["text"], icon="CHECKMARK" if clause["sets"] else "ERROR")
    said = [SAID[name](value) for name, value in clause["sets"].items()] or ["not understood"]
    grey = column.column(align=True)
    grey.active = False
    for first in range(0, len(said), VALUES_PER_LINE):
        grey.label(text=", ".join(said[first : first + VALUES_PER_LINE]), icon="BLANK1")


def _facts(layout: Layout) -> list[str]:
    """Where the two are, in lines that fit the sidebar."""
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


CLASSES = _for_editors(MainPanel, HeadsPanel, MoodPanel, TurnsPanel, AdjustPanel, VariationsPanel, TakePanel)
