import sys
import time

import pytest

from core.service.process import POLL, ChildProcess

ECHO = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"


def python(code: str, log=None) -> ChildProcess:
    return ChildProcess([sys.executable, "-c", code], log)


def said(process: ChildProcess) -> list[str]:
    return [line for line in process.lines() if line is not None]


def test_lines_come_while_the_program_runs_and_the_caller_never_waits_long():
    with python("import time; print('one', flush=True); time.sleep(0.5); print('two')") as process:
        seen, waits, before = [], [], time.monotonic()
        for line in process.lines():
            waits.append(time.monotonic() - before)
            seen += [line] if line else []
            if line == "one":
                assert process.process_id is not None
            before = time.monotonic()
    assert seen == ["one", "two"]
    assert len(waits) > 5 and sorted(waits)[len(waits) // 2] < 3 * POLL


def test_a_line_that_is_sent_is_answered_and_the_next_call_goes_on_after_it():
    with python(ECHO) as process:
        for word in ("first", "second"):
            process.send(word)
            assert next(line for line in process.lines() if line) == word.upper()


def test_leaving_the_block_ends_the_program():
    with python("import time; time.sleep(60)") as process:
        assert process.process_id is not None
    assert process.process_id is None


def test_errors_come_with_the_output_unless_a_log_takes_them(tmp_path):
    code = "import sys; print('out'); print('error', file=sys.stderr); sys.exit(3)"
    with python(code) as process:
        assert sorted(said(process)) == ["error", "out"] and process.wait() == 3
    with (tmp_path / "log").open("w+b") as log, python(code, log) as process:
        assert said(process) == ["out"]
        log.seek(0)
        assert log.read().strip() == b"error"


def test_what_python_is_told_by_its_environment_stays_outside(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    with python("import os; print('PYTHONPATH' in os.environ)") as process:
        assert said(process) == ["False"]


def test_sending_to_a_program_that_has_ended_is_an_error_and_it_can_still_be_killed():
    with python("") as process:
        process.wait()
        with pytest.raises(BrokenPipeError):
            process.send("too late")


def test_a_program_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError):
        ChildProcess([str(tmp_path / "python")])
