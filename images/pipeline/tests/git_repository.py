"""A real repository to clone, and Git's own HTTP server in front of it."""

from __future__ import annotations

import base64
import os
import subprocess
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

COMMITTED_AT = 1735689600


class Repository:
    """A repository with the branch `main`."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.bare = folder / "served" / "app.git"
        self.git("init", "--quiet", "--initial-branch=main", str(self.work), cwd=folder)
        self.commit({"Dockerfile": "FROM scratch\n", "templates/index.html": "<h1>Food</h1>\n"})
        self.git("clone", "--quiet", "--bare", str(self.work), str(self.bare), cwd=folder)
        self.publish()
        self.file_url = self.bare.as_uri()

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """Run Git as a student would."""
        identity = {
            "NAME": "Student",
            "EMAIL": "student@localhost",
            "DATE": f"{COMMITTED_AT} +0000",
        }
        environment = {
            f"GIT_{who}_{key}": value
            for who in ("AUTHOR", "COMMITTER")
            for key, value in identity.items()
        }
        result = subprocess.run(
            ["git", *arguments],
            cwd=cwd or self.work,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return result.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        """Commit these files to the branch that is checked out, and return the commit."""
        for name, text in files.items():
            (self.work / name).parent.mkdir(exist_ok=True)
            (self.work / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", "Change")
        return self.git("rev-parse", "HEAD")

    def publish(self) -> None:
        """Push everything to where it is cloned from."""
        self.git("push", "--quiet", "--all", str(self.bare))


class AskingForPassword(BaseHTTPRequestHandler):
    """Git's own HTTP server for student:gEh3im, and for nobody else."""

    folder: Path

    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(b"student:gEh3im").decode()
        if self.headers["Authorization"] != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="app"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.answer()

    def answer(self) -> None:
        """Answer as Git's own program does."""
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }
        result = subprocess.run(
            ["git", "http-backend"], env=environment, input=body, stdout=subprocess.PIPE, check=True
        )
        self.wfile.write(b"HTTP/1.0 200 OK\r\n" + result.stdout)

    do_POST = do_GET

    def log_message(self, *arguments: object) -> None:
        pass
