from pathlib import Path

import pytest

from core.errors import UserError
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
