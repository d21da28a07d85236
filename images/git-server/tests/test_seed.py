"""The script that makes the application's repository, with the real git."""

from __future__ import annotations

import shutil

import pytest

from git_volume import Volume, open_folder, run, seeded

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def push_to_main(volume: Volume) -> str:
    """Commit something to `main`, as a student's push does, and return the commit."""
    parent = volume.commit("main")
    commit = volume.git("commit-tree", f"{parent}^{{tree}}", "-p", parent, "-m", "Mine")
    volume.git("update-ref", "refs/heads/main", commit)
    return commit


def test_first_start_makes_both_branches(volume: Volume) -> None:
    seeded(volume)

    assert volume.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert volume.commit("main") == volume.commit("course")
    files = volume.git("ls-tree", "-r", "--name-only", "main").splitlines()
    assert files == ["Dockerfile", "templates/index.html"]


def test_same_application_gives_the_same_commits(volume: Volume) -> None:
    other_folder = open_folder()
    try:
        other = Volume(other_folder)
        for each in (volume, other):
            seeded(each)
            each.write("Dockerfile", "FROM python\n")
            seeded(each)
        assert volume.git("rev-list", "main") == other.git("rev-list", "main")
        assert len(volume.git("rev-list", "main").splitlines()) == 2
    finally:
        shutil.rmtree(other_folder)


def test_restart_changes_nothing(volume: Volume) -> None:
    seeded(volume)
    before = volume.git("for-each-ref")

    assert "up to date" in seeded(volume)

    assert volume.git("for-each-ref") == before


def test_main_follows_until_somebody_pushes(volume: Volume) -> None:
    seeded(volume)
    first = volume.commit("main")
    volume.write("Dockerfile", "FROM second\n")
    seeded(volume)
    second = volume.commit("main")
    assert second == volume.commit("course") != first
    assert volume.git("rev-parse", "main^") == first

    mine = push_to_main(volume)
    (volume.seed / "templates" / "index.html").unlink()
    assert "merge course into it" in seeded(volume)

    assert volume.commit("main") == mine
    assert volume.git("show", "course:Dockerfile") == "FROM second"
    assert volume.git("ls-tree", "-r", "--name-only", "course") == "Dockerfile"


def test_finishes_what_was_interrupted(volume: Volume) -> None:
    seeded(volume)
    first = volume.commit("course")
    volume.write("Dockerfile", "FROM second\n")
    seeded(volume)
    second = volume.commit("main")
    # As if it had ended between the two branches, and a server had been killed while it wrote.
    volume.git("update-ref", "refs/heads/course", first)
    run("touch", volume.repository / "refs" / "heads" / "main.lock")
    run("touch", volume.repository / "refs" / "heads" / "course.lock")

    seeded(volume)

    assert volume.commit("course") == volume.commit("main") == second


def test_image_without_application_is_an_error(volume: Volume) -> None:
    shutil.rmtree(volume.seed)
    result = volume.start()
    assert result.returncode == 1
    assert "there is no code in" in result.stderr
    assert not volume.repository.exists()
