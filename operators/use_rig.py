"""Use Own Rig and Release Rig: the user's own characters as A and B."""

import bpy
from bpy.props import EnumProperty, StringProperty

from ..core.errors import UserError
from .generate import busy
from .job import reports_user_errors
from .scene.rig import rigs, skeleton

SLOT = EnumProperty(
    name="Who",
    description="Which person the rig is",
    items=[("A", "A", "The person who speaks first, on the left"), ("B", "B", "The other person, on the right")],
)


def _bone(name: str, description: str):
    return StringProperty(name=name, description=description, options={"SKIP_SAVE"})


class DYAD_OT_use_rig(bpy.types.Operator):
    """Asks for the bones and guesses them from their names."""

    bl_idname = "dyad.use_rig"
    bl_label = "Use Own Rig"
    bl_description = (
        "Let the active character talk: an armature with bones for head and eyes, and a face with ARKit shape keys "
        "(jawOpen, JawOpen and jaw_open are the same); without bones the keys eyeLookInLeft and so on turn the eyes"
    )
    bl_options = {"REGISTER", "UNDO"}

    slot: SLOT
    head: _bone("Head", "The bone that turns the head")
    neck: _bone("Neck", "The neck bone below it. Leave it empty if there is none")
    left_eye: _bone(
        "Left Eye", "The bone that turns the character's own left eye; leave both eyes empty to use shape keys"
    )
    right_eye: _bone(
        "Right Eye", "The bone that turns the character's own right eye; leave both eyes empty to use shape keys"
    )

    @classmethod
    def poll(cls, context):
        if _armature(context) is None:
            cls.poll_message_set("Select the armature of your character, or a mesh that it deforms, first")
            return False
        return not busy(cls)

    def invoke(self, context, event):
        for joint, name in skeleton.guess(_armature(context)).items():
            setattr(self, joint, name)
        return context.window_manager.invoke_props_dialog(self)

    def draw(self, context):
        layout, armature = self.layout, _armature(context)
        layout.use_property_split = True
        layout.label(text=armature.name, icon="ARMATURE_DATA")
        layout.row().prop(self, "slot", expand=True)
        for joint in ("head", "neck", "left_eye", "right_eye"):
            layout.prop_search(self, joint, armature.data, "bones")
        if not self.left_eye and not self.right_eye:
            layout.label(text="Shape keys turn the eyes: eyeLookInLeft and so on", icon="INFO")

    @reports_user_errors
    def execute(self, context):
        armature, settings = _armature(context), context.scene.dyad
        bones = {joint: getattr(self, joint) for joint in skeleton.JOINTS}
        closest = settings.head_a if self.slot == "A" else settings.head_b
        missing = rigs.use_rig(armature, self.slot, closest, bones)
        if missing:
            self.report(
                {"WARNING"}, f"{armature.name} has no shape keys for: {', '.join(missing)}. They are not animated."
            )
        else:
            self.report({"INFO"}, f"{armature.name} is {self.slot}.")
        return {"FINISHED"}


class DYAD_OT_release_rig(bpy.types.Operator):
    """Keeps the baked keyframes."""

    bl_idname = "dyad.release_rig"
    bl_label = "Release Rig"
    bl_description = "Stop using this rig. It keeps its animation, and another rig can take its place"
    bl_options = {"REGISTER", "UNDO"}

    slot: SLOT

    @reports_user_errors
    def execute(self, context):
        present = rigs.participants(context.scene)
        if self.slot not in present:
            raise UserError(f"No rig is used as {self.slot}. There is nothing to release.")
        rigs.release(present[self.slot])
        return {"FINISHED"}


def _armature(context) -> bpy.types.Object | None:
    """The active armature, or the one that deforms the active mesh."""
    active = context.active_object
    if active is None or active.type == "ARMATURE":
        return active
    return active.find_armature()


CLASSES = (DYAD_OT_use_rig, DYAD_OT_release_rig)
