"""The git server: its settings, with the real git and the real lighttpd.

LIGHTTPD_ROOT names the folder into which Debian's lighttpd was unpacked; `node test/python.mjs`
sets it. Without it, an installed one is used.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from git_volume import ENVIRONMENT, FILES, USER, Volume, run, seeded

PASSWORD = "gEh3imGEh31m"
LIGHTTPD_ROOT = Path(os.environ.get("LIGHTTPD_ROOT", "/"))

pytestmark = pytest.mark.skipif(
    not (LIGHTTPD_ROOT / "usr/sbin/lighttpd").exists()
    or not Path("/usr/lib/git-core/git-http-backend").exists(),
    reason="needs Debian's git and lighttpd",
)


@pytest.fixture
def server(volume: Volume) -> Iterator[str]:
    """The address of a server of `volume`, with its real settings but for port and folders."""
    seeded(volume)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    users = volume.folder / "users"
    users.write_text(f"student:{PASSWORD}\n")
    receive = volume.folder / "receive.sh"
    receive.write_text((FILES / "receive.sh").read_text())
    settings = (FILES / "lighttpd.conf").read_text()
    for name, here in {
        '"/srv/git': f'"{volume.repository.parent}',
        '"/run/secrets/git-server/users"': f'"{users}"',
        '"/etc/git-server/receive.sh"': f'"{receive}"',
        "= 8080": f'= {port}\nserver.bind = "127.0.0.1"',
    }.items():
        assert name in settings
        settings = settings.replace(name, here)
    file = volume.folder / "lighttpd.conf"
    file.write_text(settings)
    program = volume.folder / "lighttpd"
    shutil.copy(LIGHTTPD_ROOT / "usr/sbin/lighttpd", program)
    shutil.copytree(LIGHTTPD_ROOT / "usr/lib/lighttpd", volume.folder / "modules")
    log = volume.folder / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [program, "-m", volume.folder / "modules", "-D", "-f", file],
            env=ENVIRONMENT,
            user=USER,
            stdout=output,
            stderr=output,
        )
    address = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while status(f"{address}/health") != 200:
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(timeout=120)


def status(url: str, data: bytes | None = None) -> int | None:
    """The status with which `url` answers, or None if nobody does."""
    try:
        with urllib.request.urlopen(url, data=data, timeout=10) as answer:
            code: int = answer.status
            return code
    except urllib.error.HTTPError as problem:
        return problem.code
    except urllib.error.URLError:
        return None


def cloned(server: str, volume: Volume) -> Path:
    """A clone with one commit that is not pushed yet."""
    clone = volume.folder / "clone"
    result = run("git", "clone", "--depth", "1", f"{server}/gourmetgram.git", clone)
    assert result.returncode == 0, result.stderr
    assert run("git", "commit", "--allow-empty", "-m", "Mine", cwd=clone).returncode == 0
    return clone


def with_credentials(server: str, password: str) -> str:
    """The repository's address for the student."""
    return server.replace("//", f"//student:{password}@") + "/gourmetgram.git"


def test_everyone_may_clone(server: str, volume: Volume) -> None:
    clone = cloned(server, volume)
    assert (clone / "templates" / "index.html").read_text() == "<h1>GourmetGram</h1>\n"
    branches = run("git", "ls-remote", "--heads", f"{server}/gourmetgram.git").stdout
    assert [line.split("/")[-1] for line in branches.splitlines()] == ["course", "main"]


def test_student_may_push(server: str, volume: Volume) -> None:
    clone = cloned(server, volume)
    result = run("git", "push", with_credentials(server, PASSWORD), "main", cwd=clone)
    assert result.returncode == 0, result.stderr
    assert volume.commit("main") == run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip()


def test_push_to_a_full_volume_is_refused_by_name(server: str, volume: Volume) -> None:
    clone = cloned(server, volume)
    before = volume.git("for-each-ref")
    receive = volume.folder / "receive.sh"
    with_room = receive.read_text()
    least = "least=65536\n"
    assert least in with_room
    receive.write_text(with_room.replace(least, f"least={2**62}\n"))

    push = ("git", "push", with_credentials(server, PASSWORD), "main")
    result = run(*push, cwd=clone)
    assert result.returncode != 0
    assert result.stderr == (
        "fatal: remote error: the volume of the git server is full (No space left on device),"
        " so nothing was pushed: ask whoever runs the lab to make room, then push again\n"
    )
    assert volume.git("for-each-ref") == before
    refusal = run("git", "push", f"{server}/gourmetgram.git", "main", cwd=clone).stderr
    assert "full" not in refusal

    receive.write_text(with_room)
    assert run(*push, cwd=clone).returncode == 0
    assert volume.commit("main") == run("git", "rev-parse", "HEAD", cwd=clone).stdout.strip()


@pytest.mark.parametrize("password", [None, "wrong", ""])
def test_nobody_else_may_push(server: str, volume: Volume, password: str | None) -> None:
    clone = cloned(server, volume)
    before = volume.git("for-each-ref")
    url = f"{server}/gourmetgram.git" if password is None else with_credentials(server, password)

    result = run("git", "push", url, "main", cwd=clone)

    assert result.returncode != 0
    assert "could not read Username" in result.stderr or "Authentication failed" in result.stderr
    assert volume.git("for-each-ref") == before


def test_push_without_asking_for_it_first_is_refused(server: str) -> None:
    """The second request of a push alone, and the first with its question spelled otherwise."""
    service = f"{server}/gourmetgram.git/git-receive-pack"
    assert status(service, data=b"0000") == 401
    assert status(f"{server}/gourmetgram.git//git-receive-pack", data=b"0000") == 401
    # Git itself refuses what the conditions in the settings do not see.
    assert status(f"{server}/gourmetgram.git/info/refs?service=git%2Dreceive%2Dpack") in (401, 403)


def test_course_is_not_for_pushing(server: str, volume: Volume) -> None:
    clone = cloned(server, volume)
    before = volume.commit("course")
    url = with_credentials(server, PASSWORD)
    assert run("git", "push", url, "main:course", cwd=clone).returncode != 0
    assert volume.commit("course") == before


@pytest.mark.parametrize(
    "path",
    ["/", "/gourmetgram.git", "/other.git/HEAD", "/healthy", "/health/", "/../users", "/users"],
)
def test_nothing_else_is_shown(server: str, volume: Volume, path: str) -> None:
    (volume.repository.parent / "users").write_text("secret")
    assert status(f"{server}{path}") in (400, 403, 404)


def test_health_tells_a_missing_repository(server: str, volume: Volume) -> None:
    shutil.rmtree(volume.repository)
    deadline = time.monotonic() + 60  # lighttpd remembers for a moment which files there are.
    while status(f"{server}/health") != 404:
        assert time.monotonic() < deadline
        time.sleep(0.1)
