"""/live, /health and /version: what Kubernetes and the pipeline ask for."""

from __future__ import annotations

from flask.testing import FlaskClient

from conftest import SETTINGS


def test_it_is_alive_and_healthy(client: FlaskClient) -> None:
    for path in ("/live", "/health"):
        response = client.get(path)
        assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_an_unfit_model_is_alive_but_not_healthy(unfit_client: FlaskClient) -> None:
    assert unfit_client.get("/live").status_code == 200
    response = unfit_client.get("/health")
    assert response.status_code == 503
    assert response.json["status"] == "unfit"
    # What the application gives and wants, and what the model takes and gives.
    for shape in ("(1, 3, 224, 224)", "(1, 11)", "(1, 1, 28, 28)", "(1, 10)"):
        assert shape in response.json["reason"]


def test_a_busy_application_is_healthy(busy_client: FlaskClient) -> None:
    assert busy_client.get("/health").status_code == 200


def test_the_version_tells_what_the_container_was_made_of(client: FlaskClient) -> None:
    assert client.get("/version").json == {
        "application_commit": SETTINGS.application_commit,
        "model_version": SETTINGS.model_version,
        "image": SETTINGS.image,
    }


def test_what_is_unknown_about_the_version_is_null(unversioned_client: FlaskClient) -> None:
    expected = dict.fromkeys(["application_commit", "model_version", "image"])
    assert unversioned_client.get("/version").json == expected


def test_answers_are_not_kept(client: FlaskClient) -> None:
    for path in ("/", "/health", "/version", "/nowhere"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_errors_are_json_too(client: FlaskClient) -> None:
    assert "error" in client.get("/nowhere").json
    response = client.get("/predict")
    assert response.status_code == 405
    assert "error" in response.json
