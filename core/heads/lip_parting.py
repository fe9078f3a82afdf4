"""How far each shape parts the lips of our heads: the one table that closures, training and simulation share."""

# mm that each shape at 1 moves the inner lips of our heads apart (core.heads.lip_gap, before it is clipped at 0)
LIP_PARTING_MM = {
    "jawOpen": 34.5,
    "mouthFunnel": 14.0,
    "mouthShrugUpper": 4.1,
    "mouthLowerDownLeft": 1.9,
    "mouthLowerDownRight": 1.9,
    "mouthUpperUpLeft": 2.4,
    "mouthUpperUpRight": 2.4,
    "jawForward": 1.4,
    "mouthRollLower": -3.8,
    "mouthRollUpper": -2.8,
    "mouthShrugLower": -4.9,
    "mouthClose": -34.5,
    "mouthPressLeft": -1.4,
    "mouthPressRight": -1.4,
    "mouthSmileLeft": -1.5,
    "mouthSmileRight": -1.5,
    "mouthPucker": -1.1,
}
# The same as shares of the gap at jawOpen 1, to two digits, as far as they reach 5 %
LIP_PARTING = {
    name: share
    for name, millimetres in LIP_PARTING_MM.items()
    if abs(share := round(millimetres / LIP_PARTING_MM["jawOpen"], 2)) >= 0.05
}


def lip_parting(name: str) -> float:
    """Share of the gap at jawOpen 1 by which the shape ``name`` parts the lips, both sides of it together.

    >>> lip_parting("mouthUpperUp")
    0.14
    """
    return sum(LIP_PARTING.get(whole, 0.0) for whole in (name, name + "Left", name + "Right"))
