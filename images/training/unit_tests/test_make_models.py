"""The three models are what their scenarios need."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
import torch

import make_models


def make(file_name: str) -> torch.nn.Module:
    """A model as the image gets it."""
    torch.manual_seed(make_models.SEED)
    return make_models.MODELS[file_name]()


made = lru_cache(make)
"""The same, but made once for all tests."""


def test_food_model_answers_a_picture_with_eleven_classes() -> None:
    model = made("food11.pth")
    with torch.no_grad():
        answer = model(torch.rand(2, *make_models.PICTURE))
    assert answer.shape == (2, 11)
    assert not model.training


def test_food_model_answers_different_pictures_differently() -> None:
    model = made("food11.pth")
    with torch.no_grad():
        dark, bright = model(
            torch.stack([torch.zeros(make_models.PICTURE), torch.ones(make_models.PICTURE)])
        )
    assert (dark.softmax(0) - bright.softmax(0)).abs().max() > 0.1


def test_food_model_is_the_same_each_time(models: Path) -> None:
    written = torch.load(models / "food11.pth", weights_only=False)
    first, second = made("food11.pth").state_dict(), written.state_dict()
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_bad_model_takes_no_picture_of_food() -> None:
    model = made("bad_model.pth")
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        model(torch.rand(1, *make_models.PICTURE))
    with torch.no_grad():
        assert model(torch.rand(1, *model.input_shape)).shape != (1, 11)


def test_oversized_model_fits_but_for_its_size() -> None:
    model = make("oversized_model.pth")
    with torch.no_grad():
        assert model(torch.rand(1, *make_models.PICTURE)).shape == (1, 11)
    assert make_models.parameter_bytes(model) > 640 * 1024**2
    # What makes it large must compress to nothing, or every node would pull it in full.
    assert all(len(parameter.unique()) == 1 for parameter in model.classifier.parameters())


def test_models_are_written_as_files(models: Path) -> None:
    assert sorted(path.name for path in models.iterdir()) == sorted(make_models.MODELS)
    shapes = [
        torch.load(models / name, weights_only=False).input_shape for name in make_models.MODELS
    ]
    assert shapes == [make_models.PICTURE, (1, 28, 28), make_models.PICTURE]
