#!/usr/bin/python3
"""Git's hook after a push to the training code: tells Argo of it, and the pusher what came of it.

It sends what GitHub sends: the event `push` as JSON, with an id of the delivery and a signature.
Argo answers when it has taken the event, whether or not a binding makes a run of it, or says why it
has started none. A push is neither refused nor delayed for it: after 5 seconds the hook ends,
whatever has come.

The file settings.json beside it says:

    eventsUrl       where events go: https://host:port/api/v1/events/<namespace>/push
    repositoryUrl   address of the repository inside the cluster
    runsUrl         address of Argo's page of the namespace's runs, for people

Events are signed with the secret in the file GIT_WEBHOOK_SECRET, by default
/run/secrets/git-webhook/secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any

PATIENCE = 5.0
"""Seconds that all requests of a push may take."""

ANSWER = 4.0
"""Seconds that Argo has to answer: fewer, so that there is time to say what came of it."""

SECRET = "/run/secrets/git-webhook/secret"
BRANCH = "refs/heads/"


def git(*arguments: str) -> str:
    """What Git prints."""
    return subprocess.run(
        ["git", *arguments], check=True, capture_output=True, text=True, errors="replace"
    ).stdout


def is_none(commit: str) -> bool:
    """Whether it stands for no commit: of a branch that is new or that was deleted."""
    return set(commit) == {"0"}


def payload_of(before: str, after: str, ref: str, repository_url: str) -> dict[str, Any]:
    """The event, with the members of GitHub's that a receiver may look at."""
    head = None
    if not is_none(after):
        shown = git("show", "--no-patch", "--format=%aI%n%an%n%ae%n%B", after)
        when, name, email, message = shown.split("\n", 3)
        base = git("hash-object", "-t", "tree", "/dev/null").strip() if is_none(before) else before
        changed: dict[str, list[str]] = {"A": [], "M": [], "D": []}
        fields = git("diff", "--no-renames", "--name-status", "-z", base, after).split("\0")
        for kind, file in zip(fields[::2], fields[1::2], strict=False):
            changed.get(kind[:1], changed["M"]).append(file)
        head = {
            "id": after,
            "message": message.strip(),
            "timestamp": when,
            "author": {"name": name, "email": email},
            "added": changed["A"][:100],
            "modified": changed["M"][:100],
            "removed": changed["D"][:100],
        }
    name = repository_url.rsplit("/", 1)[-1].removesuffix(".git")
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": is_none(before),
        "deleted": is_none(after),
        "repository": {"name": name, "clone_url": repository_url},
        "pusher": {"name": os.environ.get("REMOTE_USER", "unknown")},
        "head_commit": head,
    }


def send(url: str, secret: str, payload: dict[str, Any]) -> str:
    """Send an event. Returns what Argo says against it, and nothing if it took it."""
    body = json.dumps(payload).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": f"sha256={signature}",
    }
    # Argo's server makes its certificate itself, another one at each start. Nothing secret is sent.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(url, data=body, headers=headers)
    # No proxy: the server is in the cluster.
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        opener.open(request, timeout=ANSWER).close()
    except urllib.error.HTTPError as problem:
        try:
            return str(json.loads(problem.read(100_000))["message"])
        except (ValueError, KeyError, TypeError):
            # Something else answers, as a proxy does for a server that is away.
            raise RuntimeError(f"it answers {problem.code}") from problem
    return ""


def line_of(commit: str, refused: str, runs_url: str) -> str:
    """What the pusher is told of a commit's run."""
    run = f"train-model-push-{commit[:8]}"
    if not refused:
        return f"training asked for: {run} ({runs_url}/{run})"
    if "already exists" in refused:
        return (
            f"no training started: the run {run} of this commit exists ({runs_url}/{run}); "
            f"train with it again: npm run train -- --commit {commit}"
        )
    return f"no training started: Argo refuses it: {' '.join(refused.split())[:300]}"


def unanswered(branch: str) -> str:
    """What the pusher is told when Argo may have started a run, or may not."""
    return (
        f"{branch}: no answer from Argo's server within {ANSWER:g} s; whether a training started "
        f"tells: npm run status -- --last; if none: npm run train -- --branch {branch}"
    )


def report(before: str, after: str, ref: str) -> str:
    """Tell Argo of a changed reference, and return the line for the pusher."""
    branch = ref.removeprefix(BRANCH)
    if not ref.startswith(BRANCH):
        return f"no training started: {ref} is no branch"
    if is_none(after):
        return f"no training started: the branch {branch} is deleted"
    try:
        settings = json.loads(Path(__file__).with_name("settings.json").read_text())
        secret = Path(os.environ.get("GIT_WEBHOOK_SECRET", SECRET)).read_text().strip()
        payload = payload_of(before, after, ref, settings["repositoryUrl"])
        refused = send(settings["eventsUrl"], secret, payload)
    except TimeoutError:
        # The event was sent. One that could not be sent in time is a URLError.
        return unanswered(branch)
    except Exception as problem:  # Whatever it is, the push was accepted.
        reason = getattr(problem, "reason", problem)
        return (
            f"no training started: Argo's server cannot be told ({reason}); "
            f"start it with: npm run train -- --branch {branch}"
        )
    return line_of(after, refused, settings["runsUrl"])


def main(lines: list[str]) -> int:
    """Report each changed reference; all at once, so that none waits for another."""
    changes = [line.split(maxsplit=2) for line in lines]
    said: dict[str, str] = {}

    def attempt(before: str, after: str, ref: str) -> None:
        said[ref] = report(before, after, ref)

    threads = [
        threading.Thread(target=attempt, args=(before, after, ref.strip()), daemon=True)
        for before, after, ref in changes
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    for _, _, ref in changes:
        name = ref.strip()
        print(said.get(name) or unanswered(name.removeprefix(BRANCH)), flush=True)
    return 0


if __name__ == "__main__":
    code = main(sys.stdin.read().splitlines())
    sys.stdout.flush()
    # Without waiting for requests that nobody answers.
    os._exit(code)
