"""The page for people."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from flask.testing import FlaskClient

ALLOWED_ADDRESSES = {"http://www.w3.org/2000/svg"}
"""The name of a vocabulary: no browser asks for it."""


@pytest.fixture
def html(client: FlaskClient) -> str:
    """The page as a browser gets it."""
    response = client.get("/")
    assert response.status_code == 200
    assert response.mimetype == "text/html"
    return response.text


@pytest.mark.parametrize(
    "name", ["file", "result-class", "result-confidence", "model-version", "problem"]
)
def test_it_has_what_a_browser_test_looks_for(html: str, name: str) -> None:
    assert html.count(f'id="{name}"') == 1


def test_it_uses_no_id_that_it_does_not_have(html: str) -> None:
    used = re.findall(r'element\("([\w-]+)"\)', html)
    assert "file" in used
    assert set(used) <= set(re.findall(r'\bid="([\w-]+)"', html))


def test_it_needs_no_other_address(html: str) -> None:
    assert set(re.findall(r"""\w+://[^\s"'>)]+""", html)) <= ALLOWED_ADDRESSES
    sources = re.findall(r'\b(?:src|href)="([^"]*)"', html)
    assert all(source.startswith("data:") for source in sources)
    assert "@import" not in html


def test_it_asks_at_its_own_address(html: str) -> None:
    # Without a leading slash, so that the page also works below a path.
    asked = re.findall(r'fetch\(\s*"([^"]*)"', html)
    assert sorted(asked) == ["health", "predict", "version"]


def test_its_policy_allows_its_own_script_and_style_and_no_other(client: FlaskClient) -> None:
    response = client.get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for element in ("script", "style"):
        [content] = re.findall(rf"<{element}>(.*?)</{element}>", response.text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy
    # These would need a policy that allows them anywhere.
    assert not re.search(r"<[^>]*\s(?:style|on\w+)=", response.text)


def test_it_is_there_with_an_unfit_model_too(unfit_client: FlaskClient) -> None:
    assert unfit_client.get("/").status_code == 200
