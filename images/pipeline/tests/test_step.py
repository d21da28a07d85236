"""How a step ends, and how it tries again."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from gourmetgram_pipeline import step
from gourmetgram_pipeline.step import BadInput, Failure, TemporaryFailure


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


def test_temporary_failures_are_tried_again_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    failures = iter([TemporaryFailure("first"), TemporaryFailure("second")])

    def attempt() -> str:
        for failure in failures:
            raise failure
        return "done"

    assert step.persistently(attempt, "asking") == "done"
    told = capsys.readouterr().out.splitlines()
    assert told == [
        "asking: attempt 1 of 4 failed; next in 0.01 s: first",
        "asking: attempt 2 of 4 failed; next in 0.02 s: second",
    ]


@pytest.mark.parametrize(("problem", "attempts"), [(TemporaryFailure, 4), (Failure, 1)])
def test_attempts_end(problem: type[Failure], attempts: int) -> None:
    made = []

    def attempt() -> None:
        made.append(1)
        raise problem(f"attempt {len(made)}")

    with pytest.raises(problem, match=f"attempt {attempts}"):
        step.persistently(attempt, "asking")
    assert len(made) == attempts


def test_all_attempts_take_about_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long one attempt takes until it fails; a success may take as long as it likes."""
    now = 0.0

    def advance(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(step, "FIRST_PAUSE", 2.0)
    monkeypatch.setattr("time.sleep", advance)
    monkeypatch.setattr("time.monotonic", lambda: now)

    def fail_after(seconds: float) -> None:
        advance(seconds)
        raise TemporaryFailure("no")

    for seconds, least, most in [(0, 10, 20), (10, 45, 65), (30, 60, 95), (600, 600, 1300)]:
        now = 0.0
        with pytest.raises(TemporaryFailure):
            step.persistently(partial(fail_after, seconds), "asking")
        assert least <= now <= most, (seconds, now)


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
