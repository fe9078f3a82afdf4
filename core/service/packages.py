"""Install the packages of the child process into a folder of its own with pip, and remove them."""

import importlib.util
import re
import shutil
import sys
from pathlib import Path

from ..errors import UserError
from .jobs import Job, Progress
from .process import ChildProcess

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements.txt"
# PyPI's torch for Linux is the CUDA build of several GB; this index has the one for the processor
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
EXPECTED_PACKAGES = 40  # with their dependencies; only for the progress bar


def is_installed(site: Path) -> bool:
    """Whether :func:`install` has filled the folder ``site``."""
    return (site / "torch").is_dir()


def install(site: Path, wheels: Path | None = None) -> Job[str]:
    """Install REQUIREMENTS and their dependencies to ``site``, which appears complete or not at all.

    wheels: a folder of wheel files, for a computer without internet
    Raises UserError with pip's own message. Closing the job before its end stops pip and leaves nothing behind.
    """
    if wheels is not None and not wheels.is_dir():
        raise UserError(
            f'There is no folder "{wheels}". Choose the folder with the wheel files, or leave Wheels empty.'
        )
    unfinished = site.with_name(site.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        yield from _run_pip(["install", "--target", str(unfinished), *_sources(wheels), "-r", str(REQUIREMENTS)])
        shutil.rmtree(site, ignore_errors=True)
        unfinished.rename(site)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return "PyTorch is installed. Generate Dyad is ready."


def uninstall(site: Path) -> None:
    """Remove everything that :func:`install` put there. Raises UserError when a file of it is in use."""
    shutil.rmtree(site, ignore_errors=True)
    if site.exists():
        raise UserError(
            f'"{site}" could not be deleted. Close all other Blender windows, then delete the folder yourself.'
        )


def _sources(wheels: Path | None) -> list[str]:
    if wheels is not None:
        return ["--no-index", "--find-links", str(wheels)]
    return ["--extra-index-url", CPU_INDEX, "--retries", "1"] if sys.platform == "linux" else []


def _pip() -> list[str]:
    """This Python's pip, from the wheel that comes with it where there is one: that writes nothing into Blender."""
    found = importlib.util.find_spec("ensurepip")  # Debian's Blender comes without
    bundled = sorted(Path(found.origin).parent.glob("_bundled/pip-*.whl")) if found else []
    return [sys.executable, "-I", str(bundled[-1] / "pip")] if bundled else [sys.executable, "-I", "-m", "pip"]


def _run_pip(arguments: list[str]) -> Job[None]:
    options = ["--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--no-color"]
    said, step = [], Progress("Starting pip", 0.0)
    with ChildProcess([*_pip(), *arguments, *options]) as pip:
        for line in pip.lines():
            if line is not None:
                said.append(line.strip())
                step = _understood(line.strip(), step)
            yield step
        code = pip.wait()
    if code:
        errors = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR: ")]
        reason = errors[-1] if errors else f"pip ended with {code}"
        raise UserError(
            f"PyTorch was not installed: {reason.rstrip('.')[:240]}. "
            "Check the internet connection and the free disk space, or choose a folder of wheel files under Wheels."
        )


def _understood(line: str, step: Progress) -> Progress:
    """The step that a line of pip's output begins; ``step`` when it begins none."""
    if collecting := re.match(r"Collecting ([\w.-]+)", line):
        return Progress(f"Looking up {collecting[1]}", min(step.share + 0.3 / EXPECTED_PACKAGES, 0.3))
    if downloading := re.match(
        r"(?:Downloading|Using cached|Processing) (?:\S*[/\\])?([\w.]+)-\S+ ?(\([\d.]+ .B\))?", line
    ):
        label = f"Getting {downloading[1]} {downloading[2] or ''}".strip()
        return Progress(label, min(max(step.share, 0.1) + 0.4 / EXPECTED_PACKAGES, 0.6))
    if line.startswith("Installing collected packages"):
        return Progress("Installing, this takes a few minutes", 0.7)
    return step
