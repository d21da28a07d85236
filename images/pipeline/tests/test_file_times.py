"""The times of the files that BuildKit is sent."""

from __future__ import annotations

from pathlib import Path

from gourmetgram_pipeline.file_times import set_times

SECONDS = 1735689600


def time_of(path: Path, text: str) -> int:
    """The time that a file with `text` gets, in nanoseconds."""
    path.write_text(text)
    set_times(path.parent, SECONDS)
    return path.stat().st_mtime_ns


def test_times_are_within_the_second_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "model.pth").write_text("weights")
    (tmp_path / "link").symlink_to("nowhere")
    set_times(tmp_path, SECONDS)
    everything = [tmp_path, *tmp_path.rglob("*")]
    assert {path.lstat().st_mtime_ns // 10**9 for path in everything} == {SECONDS}


def test_files_of_the_same_size_differ_in_time_if_they_differ(tmp_path: Path) -> None:
    """BuildKit would otherwise go on with the file that it was sent for the version before."""
    model = tmp_path / "model.pth"
    assert time_of(model, "version 1") != time_of(model, "version 2")


def test_equal_files_have_equal_times(tmp_path: Path) -> None:
    model = tmp_path / "model.pth"
    assert time_of(model, "version 1") == time_of(model, "version 1")
