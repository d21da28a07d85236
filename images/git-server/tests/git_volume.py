"""What a pod of the git server has, for its tests."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

FILES = Path(__file__).resolve().parent.parent
# The one of the pods, if the tests may choose: another user may not read what root owns.
USER = 1000 if os.geteuid() == 0 else None

ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Student",
    "GIT_AUTHOR_EMAIL": "student@localhost",
    "GIT_COMMITTER_NAME": "Student",
    "GIT_COMMITTER_EMAIL": "student@localhost",
}


def run(
    *command: str | Path,
    env: dict[str, str] = ENVIRONMENT,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command as the server's user."""
    return subprocess.run(
        command,
        user=USER,
        env=env,
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


class Volume:
    """What a pod of the server has: the application in its image, and a volume."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seed = folder / "seed"
        self.repository = folder / "git" / "gourmetgram.git"
        self.seed.mkdir()
        self.repository.parent.mkdir(mode=0o777)
        self.repository.parent.chmod(0o777)
        self.write("Dockerfile", "FROM scratch\n")
        self.write("templates/index.html", "<h1>GourmetGram</h1>\n")

    def write(self, name: str, text: str) -> None:
        """Change a file of the application that comes with the image."""
        path = self.seed / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def start(self, **settings: str) -> subprocess.CompletedProcess[str]:
        """What happens before the server starts."""
        environment = ENVIRONMENT | {"REPOSITORY": str(self.repository), "SEED": str(self.seed)}
        environment |= settings
        # Not by its path: another user may not enter the folder of the checkout.
        return run("sh", "-s", env=environment, stdin=(FILES / "seed.sh").read_text())

    def git(self, *arguments: str) -> str:
        """Ask the repository something."""
        result = run("git", "--git-dir", self.repository, *arguments)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def commit(self, branch: str) -> str:
        """The commit of a branch."""
        return self.git("rev-parse", f"refs/heads/{branch}")


def open_folder() -> Path:
    """A new folder that other users may enter, which they may not those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="git-server-test-"))
    folder.chmod(0o777)
    return folder


def seeded(volume: Volume) -> str:
    """Start, which must succeed, and return what it said."""
    result = volume.start()
    assert result.returncode == 0, result.stderr
    return result.stdout
