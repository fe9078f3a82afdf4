"""The scene properties of Talking Together."""

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .core.layout import Layout
from .operators.scene.sequencer import strips
from .operators.scene.take import slider_rebake, takes

DEFAULT = Layout()


def _share(name: str, default: float, description: str):
    return FloatProperty(name=name, description=description, default=default, min=0, max=1, subtype="FACTOR")


def _head(name: str, default: str, description: str):
    items = [("man", "Man", "A man of about thirty"), ("woman", "Woman", "A woman of about thirty")]
    return EnumProperty(name=name, description=description, items=items, default=default)


def _strip_names(self, context, typed: str) -> list[str]:
    return [strip.name for strip in strips.sound_strips(strips.sequencer_scene(context))]


def _strength(name: str, description: str):
    return FloatProperty(
        name=name,
        description=f"{description}. 1 is the take as it was generated",
        default=1,
        min=0,
        max=3,
        soft_max=2,
        step=5,
        update=_on_slider,
    )


def _on_slider(self, context) -> None:
    """A slider was moved."""
    slider_rebake.on_change(self.id_data)


def _choose(self, number: int) -> None:
    """Another take was chosen in the list."""
    self.take_index = number
    if self.active_take:
        self.seed = self.active_take.seed
    takes.rebake(self.id_data)


class DyadAdjustment(bpy.types.PropertyGroup):
    """The sliders of one person; they change the keyframes without generating again."""

    articulation: _strength("Articulation", "How strongly jaw and lips move in speech")
    jaw: _strength("Jaw", "How far the jaw opens. Closed lips stay closed")
    lips: _strength("Lips", "How far the lips round, spread and curl")
    delay: FloatProperty(
        name="Lip Delay",
        description="Delay of the mouth against the sound; negative moves it earlier",
        soft_min=-0.2,
        soft_max=0.2,
        min=-1,
        max=1,
        step=1,
        precision=3,
        unit="TIME_ABSOLUTE",
        update=_on_slider,
    )
    expression: _strength("Expression", "How strong brows, cheeks and smiles are. Speech and blinks are unchanged")
    head: _strength("Head", "How far head and body move. Eye contact is kept")
    gaze: _strength("Look Away", "How far the eyes turn away from the partner. At 0 they stay on the partner's eyes")
    closures: _strength("P, B, M", "How firmly the lips close. Below 1 they may stay open")
    labiodentals: _strength("F, V", "How close the lower lip comes to the upper teeth")
    rounding: _strength("O, U, W", "How far the lips are rounded and brought forward")
    open_vowels: _strength("Ah", "How far the jaw drops in open vowels")
    sibilants: _strength("S, Z", "How far the lips open to show the closed teeth")


class DyadTake(bpy.types.PropertyGroup):
    """A take, saved and undone with the scene; the list shows its name."""

    content: StringProperty(description="The take, as the base64 text of its file", options={"HIDDEN"})
    heads: StringProperty(description="The heads the take was generated for, as A,B", options={"HIDDEN"})
    layout: StringProperty(description="The layout the take was generated for, as JSON", options={"HIDDEN"})
    start: IntProperty(description="The scene frame on which the take begins", options={"HIDDEN"})
    strip: StringProperty(description="The sound strip that the take was generated from", options={"HIDDEN"})
    seed: IntProperty(description="The seed of the take", options={"HIDDEN"})
    regenerations: IntProperty(description="How often a part of it was regenerated", options={"HIDDEN"})


class DyadSettings(bpy.types.PropertyGroup):
    """One dialogue of one scene: its inputs and its takes."""

    strip: StringProperty(
        name="Sound Strip",
        description="The sound strip with the recording. Leave it empty to use the active strip of the Video Sequencer",
        search=_strip_names,
    )
    prompt: StringProperty(
        name="Scene",
        description='Describe the scene, like "arguing across a table", "they sit closer", "B looks away"',
    )
    head_a: _head("A", "man", "The head to add for who speaks first; stands on the left")
    head_b: _head("B", "woman", "The head to add for the other person; stands on the right")
    contact_a: _share("A Looks at B", DEFAULT.contact_a, "The share of the time that A looks at B's face")
    contact_b: _share("B Looks at A", DEFAULT.contact_b, "The share of the time that B looks at A's face")
    energy: _share("Energy", DEFAULT.energy, "How lively the two are: 0 calm, 1 agitated")
    warmth: FloatProperty(
        name="Warmth",
        description="How the two feel about each other: -1 hostile, 1 loving",
        default=DEFAULT.warmth,
        min=-1,
        max=1,
        subtype="FACTOR",
    )
    seed: IntProperty(
        name="Seed",
        description="Each seed gives a different animation of the same recording. The same seed repeats it",
        min=0,
    )
    use_turns: BoolProperty(
        name="Use Turns",
        description="Use the strips named A and B for who speaks when, instead of detecting it from the sound",
        default=True,
    )
    regenerate_prompt: StringProperty(
        name="Direction",
        description='How to act the regenerated turn, like "angrier" or "B looks away". Empty keeps the mood',
    )
    adjust_a: PointerProperty(type=DyadAdjustment, name="A", description="Sliders of A")
    adjust_b: PointerProperty(type=DyadAdjustment, name="B", description="Sliders of B")
    # Hidden: the state that belongs to the active take.
    applied_prompt: StringProperty(description="The prompt that was applied to the heads", options={"HIDDEN"})
    prompt_clauses: StringProperty(
        description="The clauses of the prompt and what they set, as JSON", options={"HIDDEN"}
    )
    recording_report: StringProperty(description="The report on the recording, as JSON", options={"HIDDEN"})
    marker_directions: StringProperty(
        description="The timeline markers used as directions, as JSON", options={"HIDDEN"}
    )
    aimed_pose: FloatVectorProperty(description="B's place in A's axes when the gaze was aimed last", size=16)
    takes: CollectionProperty(type=DyadTake, name="Takes", description="The takes of this scene")
    active_take_index: IntProperty(
        name="Take",
        description="The take on the heads",
        get=lambda self: self.take_index,
        set=_choose,
        options={"SKIP_SAVE"},
    )
    take_index: IntProperty(description="Index of the active take", default=-1, options={"HIDDEN"})

    @property
    def active_take(self) -> DyadTake | None:
        """The take that is baked onto the heads."""
        return self.takes[self.take_index] if 0 <= self.take_index < len(self.takes) else None


GROUPS = (DyadAdjustment, DyadTake, DyadSettings)


def register():
    for group in GROUPS:
        bpy.utils.register_class(group)
    bpy.types.Scene.dyad = PointerProperty(type=DyadSettings, name="Dyad", description="Two people talking")


def unregister():
    del bpy.types.Scene.dyad
    for group in reversed(GROUPS):
        bpy.utils.unregister_class(group)
