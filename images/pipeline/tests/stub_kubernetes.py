"""A stand-in for Kubernetes: one Deployment and its pods over HTTP, whose life the tests decide."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
DEPLOYMENT = "/apis/apps/v1/namespaces/gourmetgram-staging/deployments/gourmetgram"
PODS = "/api/v1/namespaces/gourmetgram-staging/pods"


class StubKubernetes:
    """Serves the Deployment `gourmetgram`, as Pulumi makes it, and `pods`."""

    def __init__(self) -> None:
        self.deployment: Json = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "gourmetgram", "generation": 1},
            "spec": {
                "replicas": 0,
                "selector": {"matchLabels": {"app": "gourmetgram"}},
                "template": {
                    "metadata": {"labels": {"app": "gourmetgram"}},
                    "spec": {"containers": [{"name": "gourmetgram", "image": "base"}]},
                },
            },
            "status": {"observedGeneration": 1},
        }
        self.pods: list[Json] = []
        self.patches: list[Json] = []
        self.refusals: list[tuple[int, str]] = []
        """Answers to the next requests in place of the right ones."""
        self.lists = 0
        self.on_list: Callable[[int], None] = lambda _count: None
        """Called before pods are listed, with the number of the time: here the pods may change."""
        self.observes = True
        """Whether the Deployment's controller works."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> StubKubernetes:
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def write_kubeconfig(self, file: Path) -> None:
        """Write the settings with which a client reaches this; JSON is YAML."""
        user = {"name": "lab", "user": {"token": "t"}}
        context = {"name": "lab", "context": {"cluster": "lab", "user": "lab"}}
        cluster = {"name": "lab", "cluster": {"server": self.address}}
        settings = {"clusters": [cluster], "users": [user], "contexts": [context]}
        file.write_text(
            json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "lab", **settings})
        )

    def add_pod(self, status: Json, **metadata: Any) -> Json:
        """Add a pod of what the Deployment is set to run now. `status` is of its container."""
        template = self.deployment["spec"]["template"]
        container = template["spec"]["containers"][0]
        resources = {"limits": {"memory": "512Mi"}}
        pod = {
            "metadata": {
                "name": f"gourmetgram-{len(self.pods)}",
                "creationTimestamp": f"2026-01-01T00:00:{len(self.pods):02d}Z",
                **json.loads(json.dumps(template["metadata"])),
                **metadata,
            },
            "spec": {"containers": [{**container, "resources": resources}]},
            "status": {"phase": "Running", "podIP": "127.0.0.1"},
        }
        if status:
            base = {
                "name": "gourmetgram",
                "image": container["image"],
                "imageID": "",
                "ready": False,
            }
            pod["status"]["containerStatuses"] = [
                {**base, "restartCount": 0, "state": {}, **status}
            ]
        self.pods.append(pod)
        return pod

    def annotate(self, annotations: dict[str, str]) -> None:
        """Set annotations on the Deployment itself."""
        self.deployment["metadata"].setdefault("annotations", {}).update(annotations)

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: Json
    ) -> Json | None:
        """What Kubernetes answers; None for what is not there."""
        if path == DEPLOYMENT and method == "PATCH":
            self.patches.append(body)
            before = json.dumps(self.deployment["spec"])
            merge(self.deployment, body)
            if json.dumps(self.deployment["spec"]) != before:
                self.deployment["metadata"]["generation"] += 1
            if self.observes:
                generation = self.deployment["metadata"]["generation"]
                self.deployment["status"]["observedGeneration"] = generation
            return self.deployment
        if path == DEPLOYMENT and method == "GET":
            return self.deployment
        if path == PODS and method == "GET":
            self.lists += 1
            self.on_list(self.lists)
            key, value = query["labelSelector"][0].split("=")
            pods = [pod for pod in self.pods if pod["metadata"]["labels"].get(key) == value]
            return {"apiVersion": "v1", "kind": "PodList", "items": pods}
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = json.loads(self.rfile.read(length) or "{}")
                url = urlsplit(self.path)
                if stub.refusals:
                    status, message = stub.refusals.pop(0)
                    return self.reply(status, {"kind": "Status", "message": message})
                expected = "application/strategic-merge-patch+json"
                if self.command == "PATCH" and self.headers["Content-Type"] != expected:
                    return self.reply(415, {"message": f"no {expected}"})
                answer = stub.answer(self.command, url.path, parse_qs(url.query), body)
                if answer is None:
                    return self.reply(404, {"message": f'"{url.path}" not found'})
                return self.reply(200, answer)

            do_PATCH = do_GET

            def reply(self, status: int, answer: Json) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        return Handler


def merge(target: Json, patch: Json) -> None:
    """A strategic merge, as far as Deployments of one container need it: lists go by `name`."""
    for key, value in patch.items():
        if isinstance(value, dict):
            merge(target.setdefault(key, {}), value)
        elif isinstance(value, list):
            by_name = {each["name"]: each for each in target.setdefault(key, [])}
            for each in value:
                if each["name"] in by_name:
                    merge(by_name[each["name"]], each)
                else:
                    target[key].append(each)
        else:
            target[key] = value
