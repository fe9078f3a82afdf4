import zipfile
from pathlib import Path

import pytest

from core.errors import UserError
from core.service import packages
from core.service.jobs import finish
from core.service.packages import install, is_installed, uninstall


def test_a_folder_without_the_wheels_gives_pips_reason_and_leaves_nothing(tmp_path):
    (tmp_path / "wheels").mkdir()

    with pytest.raises(UserError, match="No matching distribution found") as error:
        finish(install(tmp_path / "site", tmp_path / "wheels"))

    assert "\n" not in str(error.value)
    assert not is_installed(tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["wheels"]


def test_a_folder_of_wheels_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="There is no folder"):
        finish(install(tmp_path / "site", tmp_path / "wheels"))


def test_closing_the_job_stops_pip_and_leaves_nothing(tmp_path):
    (tmp_path / "wheels").mkdir()
    job = install(tmp_path / "site", tmp_path / "wheels")
    assert next(job).label == "Starting pip"

    job.close()

    assert [path.name for path in tmp_path.iterdir()] == ["wheels"]


def test_uninstall_removes_the_folder(tmp_path):
    (tmp_path / "site/torch").mkdir(parents=True)
    assert is_installed(tmp_path / "site")

    uninstall(Path(tmp_path / "site"))

    assert not (tmp_path / "site").exists()


def test_wheels_from_a_folder_are_installed_whole_and_every_step_is_shown(tmp_path, monkeypatch):
    (tmp_path / "wheels").mkdir()
    with zipfile.ZipFile(tmp_path / "wheels/tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny/__init__.py", "ANSWER = 42")
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    (tmp_path / "requirements.txt").write_text("tiny==1.0\n")
    monkeypatch.setattr(packages, "REQUIREMENTS", tmp_path / "requirements.txt")
    (tmp_path / "site/old").mkdir(parents=True)
    steps = []

    finish(install(tmp_path / "site", tmp_path / "wheels"), steps.append)

    assert (tmp_path / "site/tiny/__init__.py").read_text() == "ANSWER = 42"
    assert not (tmp_path / "site/old").exists() and not (tmp_path / "site.new").exists()
    shares = [step.share for step in steps]
    fetching = {step.share for step in steps if step.label == "Getting tiny"}
    assert fetching == {0.1 + 0.4 / packages.EXPECTED_PACKAGES}
    assert shares == sorted(shares) and steps[-1].label == "Installing, this takes a few minutes"
