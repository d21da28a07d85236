"""How a step ends, and how it tries again."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from clock import Clock
from gourmetgram_pipeline import step
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the step, with the pauses of the real one."""
    clock = Clock()
    monkeypatch.setattr(step, "FIRST_PAUSE", 2.0)
    monkeypatch.setattr(step, "PATIENCE", 30.0)
    monkeypatch.setattr("time.sleep", clock.sleep)
    monkeypatch.setattr("time.monotonic", clock.monotonic)
    return clock


def raising(problem: Exception) -> Callable[[], None]:
    """A step that raises `problem`."""

    def fail() -> None:
        raise problem

    return fail


@pytest.mark.parametrize(
    ("problem", "code"),
    [(Failure("no"), 1), (TemporaryFailure("no"), 1), (BadInput("no"), 2)],
)
def test_failure_is_the_last_line_and_the_reason_of_the_pod(
    problem: Failure, code: int, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert step.run(raising(problem)) == code
    assert capsys.readouterr().err == "no\n"
    assert (environment / "termination-log").read_text() == "no"


@pytest.mark.parametrize(
    ("problem", "told"),
    [
        (
            KeyError("image"),
            "an error that it does not know: KeyError: 'image'. Its log shows where",
        ),
        (RuntimeError(), "RuntimeError: no reason. "),
        (
            OSError(28, "No space left on device", "/w/model"),
            "device (/w/model). The node's disk or",
        ),
        (
            PermissionError(13, "Permission denied", "/w"),
            "Permission denied (/w). Run the workflow",
        ),
    ],
)
def test_unforeseen_error_is_a_sentence_too_with_its_traceback_before_it(
    problem: Exception, told: str, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert step.run(raising(problem)) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert told in lines[-1]
    assert (environment / "termination-log").read_text() == lines[-1]


def test_names_that_are_not_utf_8_can_be_told(
    environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = os.fsdecode(b"caf\xe9")

    def tell() -> None:
        step.log(name)
        raise Failure(f"no {name}")

    assert step.run(tell) == 1
    assert capsys.readouterr() == ("caf\\udce9\n", "no caf\\udce9\n")


def test_without_a_kubelet_no_reason_is_left(environment: Path) -> None:
    (environment / "termination-log").unlink()
    assert step.run(raising(Failure("no"))) == 1
    assert not (environment / "termination-log").exists()


def test_success(environment: Path, outputs: Callable[[], dict[str, str]]) -> None:
    assert step.run(lambda: step.write_output("serving", "7")) == 0
    assert outputs() == {"serving": "7"}
    assert (environment / "termination-log").read_text() == ""


def test_temporary_failures_are_tried_again_and_told(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    failures = iter([TemporaryFailure("first"), TemporaryFailure("second")])

    def attempt() -> str:
        for failure in failures:
            raise failure
        return "done"

    assert step.persistently(attempt, "asking") == "done"
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "asking: attempt 1 failed; next in 2 s, for 30 s: first",
        "asking: attempt 2 failed; next in 4 s, for 30 s: second",
    ]


def test_failure_that_stays_is_not_tried_again() -> None:
    made = []

    def attempt() -> None:
        made.append(1)
        raise Failure("no")

    with pytest.raises(Failure):
        step.persistently(attempt, "asking")
    assert len(made) == 1


@pytest.mark.parametrize("patience", [None, 120.0])
@pytest.mark.parametrize("takes", [0.0, 10.0, 600.0])
def test_attempts_go_on_for_as_long_as_the_patience_lasts(
    clock: Clock, patience: float | None, takes: float
) -> None:
    """However long one attempt takes until it fails; a success may take as long as it likes."""
    begun = []

    def fail() -> None:
        begun.append(clock.now)
        clock.sleep(takes)
        raise TemporaryFailure(f"attempt {len(begun)}")

    with pytest.raises(TemporaryFailure, match=r"attempt \d+"):
        step.persistently(fail, "asking", patience)
    lasts = step.PATIENCE if patience is None else patience
    assert len(begun) >= 2
    # It is asked for as long as the patience lasts, and little longer.
    assert clock.now >= takes + lasts
    assert clock.now <= max(2 * takes, takes + lasts) + takes + step.LONGEST_PAUSE
    pauses = [later - earlier - takes for earlier, later in pairwise(begun)]
    assert all(pause <= step.LONGEST_PAUSE for pause in pauses)


def test_what_comes_back_late_is_found(clock: Clock) -> None:
    def ask() -> str:
        if clock.now < 119:
            raise TemporaryFailure("away")
        return "here"

    assert step.persistently(ask, "asking", 120.0) == "here"
    clock.now = 0.0
    with pytest.raises(TemporaryFailure):
        step.persistently(ask, "asking")


@pytest.mark.parametrize("value", ["", "seven", "-1", "²", "7 ", "2147483648"])
def test_model_version_is_a_number(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MODEL_VERSION", value)
    with pytest.raises(BadInput, match="MODEL_VERSION"):
        step.required_version()


@pytest.mark.parametrize("value", ["", "main", "0123456", "G" * 40])
def test_commit_is_complete(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("COMMIT", value)
    with pytest.raises(BadInput, match="COMMIT"):
        step.required_commit()


def test_innermost_error_of_the_network_is_the_reason() -> None:
    outer = RuntimeError("pool(host=…): max retries exceeded")
    outer.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert step.reason_of(outer) == "[Errno 111] Connection refused"
    assert step.reason_of(ValueError("two\n lines")) == "two lines"
    assert step.reason_of(ValueError()) == "ValueError"
    assert len(step.one_line("x" * 1000)) == 400
    assert step.one_line("unknown instruction: \0\x1bF") == "unknown instruction: F"
