"""Imports run one way and in no circle (DESIGN, the tree), and nothing in core knows Blender."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

# Each room of core may import those on the lines under its own, and its neighbours on the same line.
FLOORS = (
    "__main__",
    "service",
    "generate",
    "generator postprocess",
    "diarization speech",
    "audio heads gaze resample",
    "motion turns",
    "layout",
    "prompt rotation timeseries",
    "engine",
    "files",
    "errors __init__",
)
FLOOR = {room: len(FLOORS) - height for height, rooms in enumerate(FLOORS) for room in rooms.split()}
SHIPPED = ("core", "operators", "panels", "__init__", "preferences", "properties", "batch")
BLENDER = {"bpy", "aud", "mathutils", "bmesh", "addon_utils"}
RESEARCH_PACKAGES = {"librosa", "scipy", "sklearn", "soundfile", "pandas", "pytest"}


def sources(root: Path) -> dict[str, Path]:
    """Every module of the project, tests and the scripts beside assets left out, by its dotted name."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        place = path.relative_to(root)
        if place.parts[0] in ("core", "research", "operators", "panels") or len(place.parts) == 1:
            found[".".join(place.with_suffix("").parts).removesuffix(".__init__")] = path
    return found


def imports(name: str, path: Path, modules: dict[str, Path]) -> list[tuple[int, str, bool]]:
    """(line, module or package, relative?) of all that the file imports, lazily or not."""
    package = name.split(".") if path.name == "__init__.py" and name != "__init__" else name.split(".")[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name, False) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                whole = f"{source}.{alias.name}".lstrip(".")
                found.append((node.lineno, whole if whole in modules else source, bool(node.level)))
    return found


@pytest.fixture(scope="module")
def graph(request) -> dict[str, list[tuple[int, str, bool]]]:
    modules = sources(request.config.rootpath)
    return {name: imports(name, path, modules) for name, path in modules.items()}


def wrong(graph, rule) -> list[str]:
    """What breaks a rule (module, imported, relative?) -> bool, as lines to read."""
    return [
        f"{name}:{line} imports {imported}"
        for name, found in graph.items()
        for line, imported, relative in found
        if rule(name, imported, relative)
    ]


def top(name: str) -> str:
    return name.split(".")[0]


def room(name: str) -> str:
    """The room of a module of core: core.audio.mel -> audio, core -> __init__."""
    return [*name.split("."), "__init__"][1]


def test_there_are_no_circles(graph):
    edges = {name: {i for _, i, _ in found if i in graph and i != name} for name, found in graph.items()}
    while leaves := [name for name, to in edges.items() if not to & edges.keys()]:
        for name in leaves:
            del edges[name]
    assert sorted(edges) == []  # what is left imports itself in the end


def test_the_rooms_of_core_import_downwards(graph):
    def upwards(name, imported, _):
        return top(name) == top(imported) == "core" and FLOOR[room(name)] < FLOOR[room(imported)]

    assert wrong(graph, upwards) == []


def test_core_knows_no_blender_and_imports_itself_relatively(graph):
    outside = BLENDER | {"operators", "panels", "preferences", "properties", "research", "talking_together"}
    assert wrong(graph, lambda name, imported, _: top(name) == "core" and top(imported) in outside) == []
    assert wrong(graph, lambda name, i, relative: top(name) == top(i) == "core" and not relative) == []


def test_only_the_engine_of_core_runs_networks(graph):
    runs = {"torch", "onnxruntime", "sentence_transformers", "transformers"}
    assert wrong(graph, lambda n, imported, _: top(n) == "core" and room(n) != "engine" and top(imported) in runs) == []


def test_panels_stand_on_operators_and_the_sheet_of_preferences_on_both(graph):
    above = {"operators": {"panels", "preferences", "properties"}, "panels": {"preferences", "properties"}}
    assert wrong(graph, lambda name, imported, _: top(imported) in above.get(top(name), ())) == []


def test_nothing_that_ships_needs_what_trains(graph):
    unshipped = RESEARCH_PACKAGES | {"research"}
    assert wrong(graph, lambda name, imported, _: top(name) in SHIPPED and top(imported) in unshipped) == []


@pytest.mark.parametrize(
    "module", ["talking_together", "core.motion", "core.gaze", "core.heads", "core.service.client"]
)
def test_importing_it_loads_neither_torch_nor_blender(root, module):
    code = (
        f"import sys; sys.path[:0] = [{str(root / 'tests')!r}, {str(root)!r}]; import conftest, {module}; "
        "print([name for name in ('torch', 'bpy', 'sentence_transformers', 'librosa') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
