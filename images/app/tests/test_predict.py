"""/predict: a picture in, its class out."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
import torch
from flask.testing import FlaskClient
from torch import nn
from werkzeug.test import TestResponse

from conftest import SETTINGS, client_of
from gourmetgram.model import CLASSES
from gourmetgram.web import MAX_PICTURE_BYTES
from networks import FOOD_OF_COLOUR, ready
from pictures import padded, plain

Send = Callable[[FlaskClient, bytes], TestResponse]


def send_form(client: FlaskClient, picture: bytes, field: str = "file") -> TestResponse:
    """Send `picture` as a browser does."""
    return client.post("/predict", data={field: (BytesIO(picture), "picture.png")})


def send_body(client: FlaskClient, picture: bytes, kind: str = "image/png") -> TestResponse:
    """Send `picture` as the whole body."""
    return client.post("/predict", data=picture, content_type=kind)


@pytest.mark.parametrize("send", [send_form, send_body])
@pytest.mark.parametrize(("colour", "food"), FOOD_OF_COLOUR.items())
def test_it_tells_the_class(client: FlaskClient, send: Send, colour: str, food: str) -> None:
    response = send(client, plain(colour))
    assert response.status_code == 200
    answer = response.json
    assert answer["class"] == food
    assert answer["model_version"] == SETTINGS.model_version


def test_it_tells_all_classes_the_most_likely_first(client: FlaskClient) -> None:
    answer = send_form(client, plain()).json
    classes = answer["classes"]
    confidences = [each["confidence"] for each in classes]
    assert {"class": answer["class"], "confidence": answer["confidence"]} == classes[0]
    assert sorted(each["class"] for each in classes) == sorted(CLASSES)
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1, abs=0.001)


def test_the_type_of_a_body_does_not_matter(client: FlaskClient) -> None:
    # The first is what `curl --data-binary` says of everything.
    for kind in ("application/x-www-form-urlencoded", "application/octet-stream"):
        assert send_body(client, plain(), kind).status_code == 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_it_reads_what_browsers_show(client: FlaskClient, kind: str) -> None:
    assert send_form(client, plain("blue", kind=kind)).json["class"] == "Seafood"


def test_no_picture_is_refused(client: FlaskClient) -> None:
    refused = [
        client.post("/predict"),
        client.post("/predict", data={"file": "text"}, content_type="multipart/form-data"),
        client.post("/predict", data=b"no form", content_type="multipart/form-data"),
        send_form(client, plain(), field="picture"),
        send_form(client, b""),
    ]
    for response in refused:
        assert response.status_code == 400
        assert "`file`" in response.json["error"]


@pytest.mark.parametrize("send", [send_form, send_body])
def test_what_is_no_picture_is_refused(client: FlaskClient, send: Send) -> None:
    response = send(client, b"%PDF-1.7 a menu")
    assert response.status_code == 400
    assert "JPEG, PNG, WEBP, GIF or BMP" in response.json["error"]


@pytest.mark.parametrize("send", [send_form, send_body])
def test_a_picture_may_have_ten_megabytes(client: FlaskClient, send: Send) -> None:
    assert send(client, padded(plain(), MAX_PICTURE_BYTES)).status_code == 200
    # The second one is too large for a request, whatever is in it.
    for excess in (1, 1024**2):
        response = send(client, padded(plain(), MAX_PICTURE_BYTES + excess))
        assert response.status_code == 413
        assert response.json == {"error": "the picture is larger than 10 MB"}


def test_an_unfit_model_answers_nothing(unfit_client: FlaskClient) -> None:
    response = send_form(unfit_client, plain())
    assert response.status_code == 503
    assert "does not fit" in response.json["error"]
    assert "(1, 3, 224, 224)" in response.json["error"]


def test_too_many_pictures_at_once_are_turned_away(busy_client: FlaskClient) -> None:
    response = send_form(busy_client, plain())
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"
    assert "try again" in response.json["error"]


def test_a_place_is_free_again_after_an_error(client: FlaskClient) -> None:
    for _ in range(10):  # More than the queue takes.
        assert send_form(client, b"no picture").status_code == 400
    assert send_form(client, plain()).status_code == 200


class Moody(nn.Module):
    """Fits on a blank picture, and fails on any other."""

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        if batch.any():
            raise RuntimeError("secret of the model")
        return torch.zeros(1, len(CLASSES))


def test_a_failure_is_told_without_its_details() -> None:
    response = send_form(client_of(ready(Moody(), None)), plain())
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "its log" in response.json["error"]
