"""The bucket of the backups, at a server that speaks S3's protocol over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ReadTimeoutError
from moto.server import ThreadedMotoServer

PROGRAM = Path(__file__).resolve().parent.parent / "bucket.py"
NAME = "dev-20260102T030405Z.backup"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "hush"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where S3 is."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(address: str) -> Any:
    """Another client, and an empty bucket `bucket` in which somebody has a file too."""
    client: Any = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="id",
        aws_secret_access_key="hush",
    )
    client.create_bucket(Bucket="bucket")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket="bucket"):
        for each in page.get("Contents", []):
            client.delete_object(Bucket="bucket", Key=each["Key"])
    client.put_object(Bucket="bucket", Key=f"lab-of-others/{NAME}", Body=b"theirs")
    return client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A backup that takes more than one part."""
    path = tmp_path / NAME
    path.write_bytes(os.urandom(9 * 1024 * 1024 + 1))
    return path


def bucket(
    address: str, *arguments: str | Path, place: str = "s3://bucket/lab"
) -> subprocess.CompletedProcess[bytes]:
    """Run the program."""
    own = {"BACKUP_BUCKET": place, "BACKUP_S3_ENDPOINT": address, **CREDENTIALS}
    return subprocess.run(
        [sys.executable, str(PROGRAM), *arguments],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **own},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("place", "key"), [("s3://bucket/lab/", f"lab/{NAME}"), ("s3://bucket", NAME)]
)
def test_full_circle(address: str, s3: Any, file: Path, place: str, key: str) -> None:
    put = bucket(address, "put", file, place=place)
    assert (put.returncode, put.stderr) == (0, b"")
    stored = s3.get_object(Bucket="bucket", Key=key)["Body"].read()
    assert stored == file.read_bytes()
    listed = bucket(address, "list", place=place)
    assert listed.stdout.decode() == f"{len(stored)} {NAME}\n"
    got = bucket(address, "get", NAME, place=place)
    assert got.stdout == stored
    assert bucket(address, "remove", NAME, place=place).returncode == 0
    assert bucket(address, "list", place=place).stdout == b""
    others = s3.list_objects_v2(Bucket="bucket")["Contents"]
    assert [each["Key"] for each in others] == [f"lab-of-others/{NAME}"]


def test_more_files_than_one_answer_has(address: str, s3: Any) -> None:
    for number in range(1001):
        s3.put_object(Bucket="bucket", Key=f"lab/{number}.backup", Body=b"")
    assert len(bucket(address, "list").stdout.splitlines()) == 1001


def test_other_files_are_not_listed(address: str, s3: Any) -> None:
    for name in (f"{NAME}.partial", "index.html"):
        s3.put_object(Bucket="bucket", Key=f"lab/{name}", Body=b"")
    assert bucket(address, "list").stdout == b""


def test_bucket_that_is_not_there(address: str, s3: Any, file: Path) -> None:
    for arguments in (["list"], ["put", file], ["get", NAME], ["remove", NAME]):
        ended = bucket(address, *arguments, place="s3://other-bucket/lab")
        assert ended.returncode == 1
        told = ended.stderr.decode()
        assert told.startswith("s3://other-bucket/lab: ")
        assert "NoSuchBucket" in told
        assert len(told.splitlines()) == 1
        assert "hush" not in told


def test_file_that_is_not_there(address: str, s3: Any, tmp_path: Path) -> None:
    assert b"NoSuchKey" in bucket(address, "get", NAME).stderr
    missing = bucket(address, "put", tmp_path / NAME)
    assert missing.returncode == 1
    assert missing.stderr != b""


@pytest.fixture
def place(address: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The program's own bucket, in this process."""
    monkeypatch.syspath_prepend(str(PROGRAM.parent))
    import bucket as program

    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return program.Bucket("s3://bucket/lab", address)


def test_upload_that_came_to_be_another_is_a_failure_and_does_not_stay(
    s3: Any, place: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = place.client.upload_file

    def send_and_spoil(path: str, bucket: str, key: str, **options: Any) -> None:
        send(path, bucket, key, **options)
        s3.put_object(Bucket=bucket, Key=key, Body=b"x" * file.stat().st_size)

    monkeypatch.setattr(place.client, "upload_file", send_and_spoil)
    with pytest.raises(ValueError, match="is not what was uploaded"):
        place.put(file)
    assert place.list() == []


def test_upload_that_cannot_be_read_back_does_not_stay(
    s3: Any, place: Any, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="http://s3")

    monkeypatch.setattr(place.client, "get_object", refuse)
    with pytest.raises(ReadTimeoutError):
        place.put(file)
    assert place.list() == []


def test_nobody_answers() -> None:
    ended = bucket("http://127.0.0.1:9", "list")
    assert ended.returncode == 1
    assert b"Could not connect to the endpoint URL" in ended.stderr


def test_unknown_command(address: str) -> None:
    assert bucket(address, "copy").returncode == 2
