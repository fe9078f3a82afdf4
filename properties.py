"""What Talking Together remembers in a scene."""

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
from .operators.scene.take import sliders, takes

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
        description=f"{description}. 1 plays the take as it was made",
        default=1,
        min=0,
        max=3,
        soft_max=2,
        step=5,
        update=_play_again,
    )


def _play_again(self, context) -> None:
    """A slider was moved."""
    sliders.follow(self.id_data)


def _choose(self, number: int) -> None:
    """Another take was chosen in the list."""
    self.take_index = number
    if self.shown:
        self.seed = self.shown.seed
    takes.show_again(self.id_data)


class DyadAdjustment(bpy.types.PropertyGroup):
    """How one person plays the take; the network is not asked again."""

    articulation: _strength("Articulation", "How strongly the mouth speaks, jaw and lips together")
    jaw: _strength("Jaw", "How far the jaw opens; closed lips stay closed")
    lips: _strength("Lips", "How far the lips round, spread and curl")
    delay: FloatProperty(
        name="Lip Delay",
        description="The mouth comes later by this time, or earlier when negative",
        soft_min=-0.2,
        soft_max=0.2,
        min=-1,
        max=1,
        step=1,
        precision=3,
        unit="TIME_ABSOLUTE",
        update=_play_again,
    )
    expression: _strength("Expression", "How much the face shows beside speech and blinks: brows, cheeks, smiles")
    head: _strength("Head", "How far head and body move; the gaze still meets the partner's eyes")
    gaze: _strength("Looking Away", "How far the gaze goes from the partner's eyes; at 0 it never leaves them")
    closures: _strength("P, B, M", "How firmly the lips meet; under 1 they may stay apart")
    labiodentals: _strength("F, V", "How far the lower lip comes to the upper teeth")
    rounding: _strength("O, U, W", "How far the lips are rounded and brought forward")
    open_vowels: _strength("A", "How far the jaw drops in open vowels")
    sibilants: _strength("S, Z", "How much of the teeth shows while they are nearly closed")


class DyadTake(bpy.types.PropertyGroup):
    """A take that travels and undoes with the scene; its name is what the list shows."""

    content: StringProperty(description="The take, as the base64 text of its file", options={"HIDDEN"})
    heads: StringProperty(description="The heads the take was made for, as A,B", options={"HIDDEN"})
    layout: StringProperty(description="The layout the take was made for, as JSON", options={"HIDDEN"})
    start: IntProperty(description="The scene frame on which the take begins", options={"HIDDEN"})
    strip: StringProperty(description="The sound strip that the take was made from", options={"HIDDEN"})
    seed: IntProperty(description="The number of the variation", options={"HIDDEN"})
    redone: IntProperty(description="How often a part of it was made anew", options={"HIDDEN"})


class DyadSettings(bpy.types.PropertyGroup):
    """One dialogue of one scene: what it is made from, and the take that was made."""

    strip: StringProperty(
        name="Sound Strip",
        description="The strip in the Video Sequencer with the recording. Leave it empty to use the selected one",
        search=_strip_names,
    )
    prompt: StringProperty(
        name="Scene",
        description='The scene in words, like "arguing across a table", "they sit closer", "B looks away"',
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
        name="Variation",
        description="Another number is another performance of the same recording; the same number is the same again",
        min=0,
    )
    use_turns: BoolProperty(
        name="Use Turns",
        description="Let the strips named A and B say who speaks when, instead of listening for it",
        default=True,
    )
    redo_words: StringProperty(
        name="How",
        description='How to play the turn that is redone, like "angrier" or "B looks away"; empty is another try',
    )
    adjust_a: PointerProperty(type=DyadAdjustment, name="A", description="How A plays the take")
    adjust_b: PointerProperty(type=DyadAdjustment, name="B", description="How B plays the take")
    # Not for the user's eyes: what belongs to the take that the heads show.
    directed: StringProperty(description="The prompt that the heads' places come from", options={"HIDDEN"})
    understood: StringProperty(description="What was understood of the prompt, as JSON", options={"HIDDEN"})
    heard: StringProperty(description="What was said of the recording, as JSON", options={"HIDDEN"})
    timed: StringProperty(description="The markers that direct the take, as JSON", options={"HIDDEN"})
    aimed_at: FloatVectorProperty(description="B's place in A's axes when the gaze was aimed last", size=16)
    takes: CollectionProperty(type=DyadTake, name="Takes", description="The takes of this scene; one of them is shown")
    chosen: IntProperty(
        name="Take",
        description="The take that the heads show",
        get=lambda self: self.take_index,
        set=_choose,
        options={"SKIP_SAVE"},
    )
    take_index: IntProperty(description="The number of the take that is shown", default=-1, options={"HIDDEN"})

    @property
    def shown(self) -> DyadTake | None:
        """The take that the heads show."""
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
