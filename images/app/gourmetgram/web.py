"""The web service: which address answers what."""

from __future__ import annotations

import logging
import time
from io import BytesIO
from typing import IO, Any

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

from gourmetgram.inference_queue import BusyError, InferenceQueue
from gourmetgram.page import CONTENT_SECURITY_POLICY, HTML
from gourmetgram.picture import BadPictureError
from gourmetgram.sample import sample_picture
from gourmetgram.settings import Settings

MAX_PICTURE_BYTES = 10 * 1024**2
FORM_BYTES = 64 * 1024
"""What a form may have around the picture."""

Answer = tuple[dict[str, Any], int]

log = logging.getLogger(__name__)


class IncompatibleModelError(Exception):
    """The model cannot answer, because it does not fit the application."""


def create_app(queue: InferenceQueue, settings: Settings) -> Flask:
    """The service, with a model that is in memory already."""
    app = Flask(__name__, static_folder=None)
    json = DefaultJSONProvider(app)
    json.sort_keys = False
    app.json = json
    app.config["MAX_CONTENT_LENGTH"] = MAX_PICTURE_BYTES + FORM_BYTES

    @app.get("/")
    def page() -> Response:
        """The page for people."""
        response = Response(HTML, mimetype="text/html")
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    @app.post("/predict")
    def predict() -> dict[str, Any]:
        """Classify a picture: the field `file` of a form, or the whole body."""
        if queue.incompatibility is not None:
            raise IncompatibleModelError(queue.incompatibility)
        started = time.monotonic()
        guesses = queue.classify(sent_picture())
        best = guesses[0]
        seconds = time.monotonic() - started
        log.info("predicted %s (%.0f %%) in %.2f s", best.name, 100 * best.confidence, seconds)
        return {
            "class": best.name,
            "confidence": round(best.confidence, 4),
            "classes": [
                {"class": guess.name, "confidence": round(guess.confidence, 4)} for guess in guesses
            ],
            "model_version": settings.model_version,
        }

    @app.get("/test")
    def test() -> Answer:
        """Classify a picture that is always at hand."""
        if queue.incompatibility is not None:
            return {"passed": False, "reason": queue.incompatibility}, 503
        try:
            best = queue.classify(sample_picture())[0]
        except BusyError as problem:
            return {"passed": False, "reason": str(problem)}, 503
        except Exception as problem:
            log.exception("the test failed")
            return {"passed": False, "reason": f"{type(problem).__name__}: {problem}"}, 500
        return {"passed": True, "class": best.name, "confidence": round(best.confidence, 4)}, 200

    @app.get("/version")
    def version() -> dict[str, str | None]:
        """What this container was made of."""
        return {
            "application_commit": settings.application_commit,
            "model_version": settings.model_version,
            "image": settings.image,
        }

    @app.get("/live")
    def live() -> dict[str, str]:
        """The process is up. It answers only once the model is in memory."""
        return {"status": "ok"}

    @app.get("/health")
    def health() -> Answer:
        """Whether users may be sent here."""
        if queue.incompatibility is not None:
            return {"status": "unfit", "reason": queue.incompatibility}, 503
        return {"status": "ok"}, 200

    @app.after_request
    def add_headers(response: Response) -> Response:
        """Answers belong to one container, and the next request may reach another."""
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    add_error_answers(app)
    return app


def sent_picture() -> IO[bytes]:
    """The picture in the request.

    Raises BadRequest if there is none, and RequestEntityTooLarge if it is too large.
    """
    if request.mimetype == "multipart/form-data":
        file = request.files.get("file")
        if file is None:
            raise BadRequest("the form has no picture in the field `file`")
        size = file.stream.seek(0, 2)
        file.stream.seek(0)
        picture = file.stream
    else:
        # Whatever its type says: `curl --data-binary` calls every body a form.
        body = request.get_data(cache=False)
        size, picture = len(body), BytesIO(body)
    if size == 0:
        raise BadRequest("the picture is empty: send it in the field `file` of a form, or as body")
    if size > MAX_PICTURE_BYTES:
        raise RequestEntityTooLarge()
    return picture


def add_error_answers(app: Flask) -> None:
    """Answer each kind of error with {"error": what is wrong} and a fitting status."""

    @app.errorhandler(BadPictureError)
    def bad_picture(problem: BadPictureError) -> Answer:
        return {"error": str(problem)}, 400

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_: RequestEntityTooLarge) -> Answer:
        return {"error": f"the picture is larger than {MAX_PICTURE_BYTES // 1024**2} MB"}, 413

    @app.errorhandler(IncompatibleModelError)
    def incompatible_model(problem: IncompatibleModelError) -> Answer:
        return {"error": f"the model does not fit the application: {problem}"}, 503

    @app.errorhandler(BusyError)
    def busy(problem: BusyError) -> tuple[dict[str, str], int, dict[str, str]]:
        return {"error": str(problem)}, 503, {"Retry-After": "1"}

    @app.errorhandler(HTTPException)
    def http(problem: HTTPException) -> Answer:
        return {"error": problem.description or problem.name}, problem.code or 500

    @app.errorhandler(Exception)
    def bug(_problem: Exception) -> Answer:
        log.exception("a request failed")
        return {"error": "the application failed; its log tells more"}, 500
