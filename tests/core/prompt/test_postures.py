import pytest

from core.prompt.clause_splitting import read
from core.prompt.postures import eye_heights


def heights(prompt: str) -> dict[str, float]:
    """The eye heights (m) that the postures in a prompt set, by field."""
    sentences, people, _ = read(prompt, False, str)
    found = [
        setting for sentence in sentences for part in sentence.parts for setting in eye_heights(part, people.roles)
    ]
    assert all(setting.how == "set" for setting in found)
    return {setting.field: round(setting.value, 3) for setting in found}


@pytest.mark.parametrize(
    "prompt, expected",
    [
        ("A kneels", [("height_a", 0.95)]),
        ("they sit", [("height_a", 1.2), ("height_b", 1.2)]),
        ("B sits on the floor", [("height_b", 0.75)]),
        ("B sits on a bar stool", [("height_b", 1.35)]),
        ("one sits, one stands", [("height_a", 1.2), ("height_b", 1.65)]),
        ("the first person sits, the second kneels", [("height_a", 1.2), ("height_b", 0.95)]),
        ("the child sits, the mother stands", [("height_a", 0.78), ("height_b", 1.65)]),
        ("A does not sit", []),
        ("they watch the night stand", []),
    ],
)
def test_a_posture_gives_the_height_of_the_eyes(prompt, expected):
    assert heights(prompt) == dict(expected)
