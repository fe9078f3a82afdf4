"""From a prompt to the numbers of a layout: each clause is read by rules and by a model, and conflicts are resolved."""

from collections.abc import Mapping

from . import exact_statements, layout_regressor
from .clause_splitting import Part, read
from .coreference import BOTH, OTHER
from .layout_change import Setting
from .statement_patterns import LOOKS_UP_OR_DOWN
from .translation import to_english

ACCEPTED = 0.5  # probability from which on an output of the model counts
CERTAIN = 0.8  # a setting of more confidence is not overruled by a later one of less
SCENE_BESIDE_NUMBERS = 0.75  # the same for a scene in a clause that states something exactly
SCENE_BESIDE_CHANGES = 0.9  # and in a clause that states something in words of people who are there already
BACK = 150.0  # degrees of facing from which on the partner is behind one's back
OPEN = 25.0  # degrees of facing from which on a pair is open to the camera
OUTRIGHT, IMPLIED = 2.0, 1.0  # weights; what is stated exactly has Setting's 3
# The change by one ordinary "more": a power of two for the distance, else an addend
CHANGE = {"distance": 0.6, "facing": 30.0, "height": 0.15, "contact": 0.25, "energy": 0.2, "warmth": 0.3}
ROUND = {"distance": 0.05, "facing": 5.0, "height": 0.05, "contact": 0.05, "energy": 0.05, "warmth": 0.05}


Limits = Mapping[str, tuple[float, float]]
ReadClause = tuple[str, dict, float]  # as it was written, the fields it sets and their new values, confidence 0..1


def read_prompt(prompt: str, before: dict, limits: Limits, relative: bool) -> tuple[dict, list[ReadClause]]:
    """The numbers of a layout after ``prompt``, and what each of its clauses sets.

    before:   the numbers of the layout that it changes, by name
    limits:   smallest and largest value of each
    relative: the people are there already, so that only what is mentioned changes
    """
    sentences, people, rest = read(prompt, before["swapped"], to_english(prompt))
    parts = [part for sentence in sentences for part in sentence.parts]
    wholes = [sentence.whole for sentence in sentences if sentence.whole]
    predictions = layout_regressor.predict([_readable(part.normalized) for part in parts + wholes])
    whole_predictions = iter(predictions[len(parts) :])
    stated, role = [], ""
    for sentence in sentences:
        first = len(stated)
        for part in sentence.parts:
            settings, role = _clause(part, predictions[len(stated)], people.roles, role, relative)
            stated.append(settings)
        if sentence.whole:
            stated[first] += _implied(sentence.whole, next(whole_predictions), ACCEPTED)
    values, sets = _settle(before, limits, stated, relative)
    clauses = [(part.text, *changes) for part, changes in zip(parts, sets, strict=True)]
    return values, clauses + [(rest, {}, 0.0)] * bool(rest)


def _readable(text: str) -> str:
    """Empty without a Latin letter or a digit: the encoder knows no other script, and long texts take seconds."""
    return text if any(letter.isascii() and letter.isalnum() for letter in text) else ""


def _clause(
    part: Part, prediction: dict, roles: dict[str, str], role: str, relative: bool
) -> tuple[list[Setting], str]:
    """All settings of one clause, and what a length in it measures (``role``: in the clause before)."""
    exact, role = exact_statements.exact(part, roles, role)
    taken = {setting.field for setting in exact}
    if any(setting.how in ("above", "times_partner") for setting in exact):
        taken |= {"height_a", "height_b"}
    if role == "eyes":  # "eyes 1.2 m above the floor" is not about looking
        taken |= {"contact_a", "contact_b"}
    if LOOKS_UP_OR_DOWN.search(part.normalized):  # is about looking, not about heights
        taken |= {"height_a", "height_b"}
    if "swapped" in taken:  # "on the left" is about no turn and no height
        taken |= {"facing_a", "facing_b", "height_a", "height_b"}
    return exact + _learnt(part, prediction, taken, relative), role


def _learnt(part: Part, prediction: dict, exact: set[str], relative: bool) -> list[Setting]:
    """The settings that the model adds to the ``exact`` ones of a clause."""
    if prediction["swap"] > ACCEPTED and "swapped" not in exact:
        return [Setting("swapped", "toggle", 1, prediction["swap"], OUTRIGHT)]
    if part.subject == BOTH:
        prediction = _shared(prediction, part.alike)
    direct = bool(exact) or any(p > ACCEPTED for name in ("outright", "changes") for p in prediction[name].values())
    # With a start only what is mentioned changes: a scene beside a statement needs a high probability.
    least = SCENE_BESIDE_CHANGES if relative and direct else SCENE_BESIDE_NUMBERS if exact else ACCEPTED
    implied = prediction["scene"] > least
    found = []
    for field in prediction["value"]:
        name, _, person = field.partition("_")
        target = f"{name}_{_who(part, person)}" if person else name
        if target not in exact and not (person == "2" and part.alone and direct):
            mine = {key: of[field] for key, of in prediction.items() if isinstance(of, dict)}
            found += _setting(name, target, mine, prediction["scene"] if implied else 0.0)
    return found


def _implied(part: Part, prediction: dict, least: float) -> list[Setting]:
    """What a scene implies for every number, where the probability of a scene is over ``least``."""
    if prediction["scene"] <= least:
        return []
    if part.subject == BOTH:
        prediction = _shared(prediction, part.alike)
    return [
        Setting(
            f"{name}_{_who(part, person)}" if person else name,
            "open" if name == "facing" else "set",
            _rounded(name, value),
            prediction["scene"],
            IMPLIED,
        )
        for field, value in prediction["value"].items()
        for name, _, person in [field.partition("_")]
    ]


def _setting(name: str, target: str, prediction: dict[str, float], scene: float) -> list[Setting]:
    """At most one setting of one number, from the outputs of the model for it and the probability of a scene."""
    if prediction["changes"] > max(ACCEPTED, prediction["outright"]):
        amount = prediction["change"] * CHANGE[name]
        how = {"distance": "times", "facing": "open_more"}.get(name, "add")
        return [Setting(target, how, 2**amount if how == "times" else amount, prediction["changes"], OUTRIGHT)]
    how = "open" if name == "facing" else "set"
    if prediction["outright"] > ACCEPTED:
        return [Setting(target, how, _rounded(name, prediction["value"]), prediction["outright"], OUTRIGHT)]
    return [Setting(target, how, _rounded(name, prediction["value"]), scene, IMPLIED)] if scene > ACCEPTED else []


def _shared(prediction: dict, alike: bool) -> dict:
    """What is stated of one of "they" applies to both; what is implied only where they are ``alike``."""
    even = {key: dict(of) if isinstance(of, dict) else of for key, of in prediction.items()}
    for name in ("facing", "height", "contact"):
        one, two = f"{name}_1", f"{name}_2"
        likely = {field: max(prediction["outright"][field], prediction["changes"][field]) for field in (one, two)}
        if alike or max(likely.values()) > ACCEPTED:
            better = one if likely[one] >= likely[two] else two
            for key in ("outright", "changes", "value", "change"):
                even[key][one] = even[key][two] = prediction[key][better]
    return even


def _who(part: Part, person: str) -> str:
    """The clause's first or second person as a or b."""
    first = part.subject if part.subject != BOTH else "a"
    return first if person == "1" else OTHER[first]


def _rounded(name: str, value: float) -> float:
    step = ROUND[name]
    if name == "distance" and value > 2:
        return float(f"{value:.2g}")
    return round(round(value / step) * step, 3)


def _settle(
    before: dict, limits: Limits, stated: list[list[Setting]], relative: bool
) -> tuple[dict, list[tuple[dict, float]]]:
    """Apply all settings: of each number the value of the highest weight, the last among equals, then the changes.

    returns: the layout's numbers, and for every clause what it set and the confidence of that
    """
    values = dict(before)
    absolute: dict[str, tuple[tuple, int, Setting]] = {}
    for i, settings in enumerate(stated):
        for setting in settings:
            # Of two implied values the more probable one counts; of two stated ones the later, if it is CERTAIN.
            likely = {IMPLIED: setting.confidence, OUTRIGHT: float(setting.confidence > CERTAIN)}
            rank = (setting.weight, likely.get(setting.weight, 1.0))
            if setting.how in ("set", "open") and rank >= absolute.get(setting.field, ((0,),))[0]:
                absolute[setting.field] = (rank, i, setting)
    sets: list[dict] = [{} for _ in stated]
    confidence: list[list[float]] = [[] for _ in stated]
    order = list(absolute.values())
    order += [
        ((s.weight,), i, s) for i, settings in enumerate(stated) for s in settings if s.how not in ("set", "open")
    ]
    # The places come first: they decide on which side the camera is.
    for _, i, setting in sorted(order, key=lambda entry: entry[2].field != "swapped"):
        value = _applied(setting, values, limits)
        if setting.field == "swapped" and value != values["swapped"] and _open_to_camera(values):
            # A pair that is open to the camera stays open to it when it changes places.
            sets[i] |= {facing: -values[facing] for facing in ("facing_a", "facing_b")}
            values |= sets[i]
        values[setting.field] = sets[i][setting.field] = value
        confidence[i].append(setting.confidence)
        for j, others in enumerate(stated):  # clauses that state the same set it too: "A on the right, B on the left"
            if j != i and setting.weight > IMPLIED and setting in others:
                sets[j][setting.field] = value
                confidence[j].append(setting.confidence)
    backs = [who for who in "ab" if f"facing_{who}" in absolute and abs(values[f"facing_{who}"]) >= BACK]
    # Nobody sees what is behind them; but "B turns her back" with a start changes only her facing.
    for who in backs if len(backs) == 2 or not relative else ():
        contact, i = f"contact_{who}", absolute[f"facing_{who}"][1]
        if absolute.get(contact, ((0,),))[0][0] < OUTRIGHT:
            values[contact] = sets[i][contact] = 0.0
    by_clause = [(changed, round(min(s), 2) if s else 0.0) for changed, s in zip(sets, confidence, strict=True)]
    return values, by_clause


def _open_to_camera(values: dict) -> bool:
    """Whether both bodies are turned to the camera's side."""
    sign = -1 if values["swapped"] else 1
    return -values["facing_a"] * sign >= OPEN and values["facing_b"] * sign >= OPEN


def _applied(setting: Setting, values: dict, limits: Limits):
    """The new value of the setting's field, within its limits."""
    field, value, old = setting.field, setting.value, values[setting.field]
    if field == "swapped":
        return not old if setting.how == "toggle" else bool(value)
    name, _, person = field.partition("_")
    partner = values.get(f"{name}_{OTHER.get(person, '')}", old)
    to_camera = -1 if (person == "a") != values["swapped"] else 1  # the camera's side, as a turn to the own left
    turned = old * to_camera if abs(old) < 180 else abs(old)
    new = {
        "set": lambda: value,
        "add": lambda: old + value,
        "times": lambda: old * value,
        "above": lambda: partner + value,
        "times_partner": lambda: partner * value,
        "add_unswapped": lambda: old + (-value if values["swapped"] else value),
        "open": lambda: _wrapped(value * to_camera),
        "open_more": lambda: _wrapped(_opened(turned, value) * to_camera),
        "towards": lambda: max(abs(old) - value, 0) * (1 if old > 0 else -1),
    }[setting.how]()
    new = _wrapped(new) if name == "facing" else new
    low, high = limits[field]
    return float(round(min(max(new, low), high), 4)) + 0.0


def _opened(turned: float, more: float) -> float:
    """Turned further from the partner (or back, and then not beyond facing the partner)."""
    size = max(abs(turned) + more, 0)
    return size if turned >= 0 else -size


def _wrapped(degrees: float) -> float:
    return 180.0 if abs(degrees) == 180 else (degrees + 180) % 360 - 180
