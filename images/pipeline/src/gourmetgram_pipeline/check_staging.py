"""Test what was deployed to staging with real requests, and mark it as tested if it passes.

    python -m gourmetgram_pipeline test-staging

Environment:

    MODEL_VERSION, COMMIT, TRAINING_IMAGE, IMAGE    what was deployed, as the steps before told
    ARGO_WORKFLOW_NAME                              workflow that deployed it
    STAGING_NAMESPACE, STAGING_DEPLOYMENT           where
    STAGING_URL                                     address of staging's Service
    MLFLOW_TRACKING_URI                             where MLflow is

Output: `prediction`, the class of food that the service saw in a picture.

Success moves the alias `staging` in MLflow, and notes on the Deployment that staging can go back to
this release.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import requests

from gourmetgram_pipeline import registered_model, step
from gourmetgram_pipeline.release import Release
from gourmetgram_pipeline.rollout import crash_of
from gourmetgram_pipeline.staging import Staging
from gourmetgram_pipeline.step import Failure, log

Result = TypeVar("Result")

PICTURE = Path(__file__).resolve().parent / "sample_picture.jpg"
CLASSES = (
    "Bread",
    "Dairy product",
    "Dessert",
    "Egg",
    "Fried food",
    "Meat",
    "Noodles/Pasta",
    "Rice",
    "Seafood",
    "Soup",
    "Vegetable/Fruit",
)
POD_PORT = 8000
"""The port of the application in its pod."""

DEADLINE = 60.0
"""Seconds until the new pod must be fit, and then until the Service must answer with it."""

ANSWER_TIME = 5.0
"""Seconds that a prediction may take."""

REMEDY = "Correct the application, or train another model"

POLL = 1.0
"""Seconds between two attempts."""


class NotYet(Exception):
    """The release does not serve, but may soon; the message says what was seen."""


def check() -> None:
    """Test the release of the environment; note in MLflow and on the Deployment that it passed."""
    url = step.required("STAGING_URL", "the address of staging's Service").rstrip("/")
    release = Release.from_environment()
    staging = Staging()

    log("Asking the new pod whether its model fits ...")
    wait(staging, release, lambda: check_fitness(staging, release))
    log(f"Asking {url}/version until the new version serves ...")
    wait(staging, release, lambda: check_version(url, release))
    log(f"Sending a picture to {url}/predict ...")
    prediction = wait(staging, release, lambda: predict(url, release))

    accept(staging, release)
    step.write_output("prediction", prediction)


def wait(staging: Staging, release: Release, attempt: Callable[[], Result]) -> Result:
    """The result of `attempt`, made until it raises no NotYet. Raises a Failure in the end."""
    until = time.monotonic() + DEADLINE
    told = ""
    while True:
        try:
            return attempt()
        except NotYet as problem:
            seen = str(problem)
        # A process that has ended may explain it, and does not come back by itself.
        pod = staging.newest_pod(release)
        crash = crash_of(pod, staging.deployment) if pod is not None else None
        if crash is not None:
            raise failed(release, crash)
        if time.monotonic() >= until:
            raise failed(release, f"after {DEADLINE:g} s {seen}. {REMEDY}")
        if seen != told:
            log(f"not yet: {seen}")
            told = seen
        time.sleep(POLL)


def check_fitness(staging: Staging, release: Release) -> None:
    """Ask the new pod itself: it gets no requests from the Service while it is unfit."""
    pod = staging.newest_pod(release)
    if pod is None:
        raise NotYet(f"there is no pod of it in {staging.namespace}")
    if not pod.status.pod_ip:
        raise NotYet(f"its pod {pod.metadata.name} has no address")
    answer = request("GET", f"http://{pod.status.pod_ip}:{POD_PORT}/health")
    if answer.status_code == 503:
        reason = json_of(answer).get("reason")
        if reason:
            raise Failure(
                f"model version {release.model_version} does not fit the application: "
                f"{step.one_line(str(reason), 1200).rstrip('.')}. {REMEDY}."
            )
    if answer.status_code != 200:
        raise NotYet(f"its pod {pod.metadata.name} answers /health with {answer.status_code}")


def check_version(url: str, release: Release) -> None:
    """Ask the Service what it serves. Until the new pod is ready, that is the release before."""
    answer = request("GET", f"{url}/version")
    if answer.status_code != 200:
        raise NotYet(f"{url}/version answers with {answer.status_code}")
    shown = json_of(answer)
    wanted = {
        "model_version": release.model_version,
        "image": release.image,
        "application_commit": release.commit,
    }
    wrong = {name: shown.get(name) for name, value in wanted.items() if shown.get(name) != value}
    if wrong:
        told = ", ".join(f"{name} {value!r}, not {wanted[name]!r}" for name, value in wrong.items())
        raise NotYet(f"{url}/version shows {told}")


def predict(url: str, release: Release) -> str:
    """Send a picture to the Service and return the class that it saw."""
    started = time.monotonic()
    with PICTURE.open("rb") as picture:
        files = {"file": (PICTURE.name, picture, "image/jpeg")}
        answer = request("POST", f"{url}/predict", files=files)
    took = time.monotonic() - started
    shown = json_of(answer)
    if answer.status_code == 503 and "Retry-After" in answer.headers:
        raise NotYet(f"/predict answers 503: {shown.get('error', 'busy')}")
    if answer.status_code != 200:
        said = shown.get("reason") or shown.get("error") or answer.text
        raise failed(
            release,
            f"/predict answers {answer.status_code}: "
            f"{step.one_line(str(said)).rstrip('.') or 'nothing'}. {REMEDY}",
        )
    if shown.get("model_version") not in (None, release.model_version):
        raise NotYet(f"/predict was answered by model version {shown['model_version']}")
    if took > ANSWER_TIME:
        raise failed(
            release,
            f"/predict took {took:.1f} s; it may take {ANSWER_TIME:g} s. Train a smaller model",
        )
    seen = shown.get("class")
    if not isinstance(seen, str) or seen not in CLASSES:
        raise failed(
            release,
            f"/predict saw {seen!r} in a picture, which is none of the {len(CLASSES)} classes. "
            f"{REMEDY}",
        )
    log(f"It saw {seen!r} with a confidence of {shown.get('confidence')} in {took:.2f} s.")
    return seen


def request(method: str, address: str, **options: Any) -> requests.Response:
    """Make one request, without a proxy. Raises NotYet if nobody answers."""
    session = requests.Session()
    session.trust_env = False
    try:
        # Longer than an answer may take: a slow one is told from none.
        return session.request(method, address, timeout=step.REQUEST_TIMEOUT, **options)
    except requests.RequestException as problem:
        raise NotYet(f"{address} does not answer: {step.reason_of(problem)}") from problem


def json_of(answer: requests.Response) -> dict[str, Any]:
    """The object that `answer` holds, or an empty one."""
    try:
        shown = answer.json()
    except ValueError:
        return {}
    return shown if isinstance(shown, dict) else {}


def accept(staging: Staging, release: Release) -> None:
    """Move the alias to the release and note it on the Deployment: both, or neither."""
    before = registered_model.version_in_staging()
    registered_model.set_version_in_staging(release.model_version)
    try:
        staging.set_tested(release)
    except Failure:
        registered_model.set_version_in_staging(before)
        raise
    log(f"The alias {registered_model.STAGING!r} is version {release.model_version} now.")


def failed(release: Release, reason: str) -> Failure:
    """The failure of the test of `release`."""
    end = "" if reason.endswith((".", "!", "?")) else "."
    return Failure(
        f"model version {release.model_version} failed its test in staging: {reason}{end}"
    )
