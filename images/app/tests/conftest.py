"""What the tests share: the application with a model that fits, and with one that does not."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from torch import nn

from gourmetgram.inference_queue import InferenceQueue
from gourmetgram.model import FoodModel
from gourmetgram.settings import Settings
from gourmetgram.web import create_app
from networks import digit_network, food_network

SETTINGS = Settings(
    model_version="3",
    application_commit="0123456789abcdef0123456789abcdef01234567",
    image="registry.example/gourmetgram-app@sha256:" + "7" * 64,
)


def client_of(network: nn.Module, settings: Settings = SETTINGS, capacity: int = 4) -> FlaskClient:
    """A client of an application with `network`, where `capacity` pictures may be at once."""
    return create_app(InferenceQueue(FoodModel(network), capacity), settings).test_client()


@pytest.fixture
def client() -> FlaskClient:
    """A client of an application that can do its work."""
    return client_of(food_network())


@pytest.fixture
def unfit_client() -> FlaskClient:
    """A client of an application with a model for something else."""
    return client_of(digit_network())


@pytest.fixture
def busy_client() -> FlaskClient:
    """A client of an application that has no place for another picture."""
    return client_of(food_network(), capacity=0)


@pytest.fixture
def unversioned_client() -> FlaskClient:
    """A client of an application that was started by hand, without being told what it is."""
    return client_of(food_network(), Settings())
