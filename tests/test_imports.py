"""Imports run one way (DESIGN, the tree): panels -> operators -> core, and nothing in core knows Blender."""

import ast
import subprocess
import sys

import pytest

RESEARCH = ("core.teacher", "core.training", "core.evaluation", "core.curation")  # not in the zip
RESEARCH_PACKAGES = {"librosa", "scipy", "sklearn", "soundfile", "pandas", "pytest"}


def imports(path, root):
    """All (line, dotted module, relative?) that the file imports; relative ones resolved against the root."""
    package = path.relative_to(root).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield from ((node.lineno, f"{module}.{alias.name}".lstrip("."), bool(node.level)) for alias in node.names)


def sources(root, folder):
    return [path for path in sorted((root / folder).rglob("*.py")) if ".venv" not in path.parts]


def wrong(root, folder, rule):
    return [
        f"{path.relative_to(root)}:{line} imports {name}"
        for path in sources(root, folder)
        for line, name, relative in imports(path, root)
        if rule(".".join(path.relative_to(root).with_suffix("").parts), name, relative)
    ]


def test_core_knows_no_blender_and_imports_itself_relatively(root):
    blender = {"bpy", "aud", "mathutils", "bmesh", "addon_utils", "operators", "panels", "talking_together"}
    assert wrong(root, "core", lambda _, name, __: name.split(".")[0] in blender) == []
    assert wrong(root, "core", lambda _, name, relative: not relative and name.split(".")[0] == "core") == []


def test_operators_know_no_panels(root):
    assert wrong(root, "operators", lambda _, name, relative: relative and name.startswith("panels")) == []


def test_what_generates_needs_nothing_of_what_trains(root):
    def rule(module, name, relative):
        if module.startswith(RESEARCH) or module == "core.__main__":
            return False
        return (relative and name.startswith(RESEARCH)) or name.split(".")[0] in RESEARCH_PACKAGES

    for folder in ("core", "operators", "panels"):
        assert wrong(root, folder, rule) == []


@pytest.mark.parametrize("module", ["talking_together", "talking_together.core.motion", "talking_together.core.gaze"])
def test_importing_it_loads_neither_torch_nor_blender(root, module):
    code = (
        f"import sys; sys.path.insert(0, {str(root / 'tests')!r}); import conftest, {module}; "
        "print([name for name in ('torch', 'bpy', 'sentence_transformers', 'librosa') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
