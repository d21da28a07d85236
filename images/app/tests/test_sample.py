"""/test: a prediction on the built-in picture."""

from __future__ import annotations

import torch
from flask.testing import FlaskClient
from torch import nn

from conftest import client_of
from gourmetgram.model import CLASSES
from gourmetgram.sample import sample_picture
from networks import ready


def test_it_passes(client: FlaskClient) -> None:
    response = client.get("/test")
    assert response.status_code == 200
    assert response.json["passed"] is True
    assert response.json["class"] in CLASSES
    assert 0 < response.json["confidence"] <= 1


def test_it_does_not_pass_with_an_unfit_model(unfit_client: FlaskClient) -> None:
    response = unfit_client.get("/test")
    assert response.status_code == 503
    assert response.json["passed"] is False
    assert "(1, 1, 28, 28)" in response.json["reason"]


def test_it_does_not_pass_while_there_is_no_place(busy_client: FlaskClient) -> None:
    response = busy_client.get("/test")
    assert response.status_code == 503
    assert response.json["passed"] is False


class Unbounded(nn.Module):
    """Gives numbers for a blank picture, and none for any other."""

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        return torch.full((1, len(CLASSES)), torch.inf if batch.any() else 0.0)


def test_it_does_not_pass_if_the_model_fails() -> None:
    response = client_of(ready(Unbounded(), None)).get("/test")
    assert response.status_code == 500
    assert response.json["passed"] is False
    assert "not finite" in response.json["reason"]


def test_the_picture_is_the_same_each_time() -> None:
    assert sample_picture().getvalue() == sample_picture().getvalue()
