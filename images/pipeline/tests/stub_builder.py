"""A stand-in for the API server, as far as BuildKit is started and stopped by it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gourmetgram_pipeline import builder

SCALE = "/apis/apps/v1/namespaces/lab-build/deployments/buildkitd/scale"
PODS = "/api/v1/namespaces/lab-build/pods"


class StubBuilder:
    """Notes the numbers of pods that are asked for, and serves `pods`."""

    def __init__(self) -> None:
        self.scales: list[int] = []
        self.pods: list[dict[str, Any]] = []
        self.refusals: list[int] = []
        """Statuses of the next answers in place of the right ones."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def __enter__(self) -> StubBuilder:
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def use(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        """Let the steps take this for the API server."""
        (folder / "token").write_text("t")
        monkeypatch.setattr(builder, "ACCOUNT", folder)
        monkeypatch.setattr(
            builder, "api_server", lambda: f"http://127.0.0.1:{self._server.server_port}"
        )
        monkeypatch.setenv("BUILDKIT_NAMESPACE", "lab-build")
        monkeypatch.setenv("BUILDKIT_DEPLOYMENT", "buildkitd")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == SCALE and self.allowed():
                    assert self.headers["Content-Type"] == "application/merge-patch+json"
                    assert self.headers["Authorization"] == "Bearer t"
                    stub.scales.append(body["spec"]["replicas"])
                    self.reply(200, body)

            def do_GET(self) -> None:
                if self.path == PODS and self.allowed():
                    self.reply(200, {"items": stub.pods})

            def allowed(self) -> bool:
                if not stub.refusals:
                    return True
                self.reply(stub.refusals.pop(0), {"message": "no"})
                return False

            def reply(self, status: int, answer: dict[str, Any]) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler
