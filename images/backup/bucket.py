"""Backups in a bucket of S3, for the schedule and for `npm run backup -- DIR --fetch`.

    python bucket.py list           prints the size in bytes and the name of each backup, one a line
    python bucket.py put FILE       uploads it under its name, and compares what is there with it
    python bucket.py get NAME       writes it to standard output
    python bucket.py remove NAME

Environment:

    BACKUP_BUCKET           s3://bucket/path
    BACKUP_S3_ENDPOINT      address of a service that is not Amazon's (default: Amazon's)
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
                            credentials (default: a workload identity of the cloud)

The exit code is 1, with the reason on one line, if S3 refuses, does not answer, or has other bytes.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

SUFFIX = ".backup"
"""What the names of backups end with. A bucket may have many other files."""

PART = 8 * 1024 * 1024
"""Bytes that are held in memory, twice at most."""


class Bucket:
    """The files below one path of a bucket."""

    def __init__(self, address: str, endpoint: str | None) -> None:
        parts = urlsplit(address)
        self.bucket = parts.netloc
        path = parts.path.strip("/")
        self.prefix = f"{path}/" if path else ""
        # Services that are not Amazon's may know no newer checksums, and have no region.
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 5},
            connect_timeout=10,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        self.client: Any = boto3.client(
            "s3", endpoint_url=endpoint, region_name=region, config=config
        )

    def list(self) -> list[tuple[int, str]]:
        """The sizes and names of the backups, without those in folders below."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix, Delimiter="/"
        )
        return [
            (each["Size"], each["Key"].removeprefix(self.prefix))
            for page in pages
            for each in page.get("Contents", [])
            if each["Key"].endswith(SUFFIX)
        ]

    def put(self, file: Path) -> None:
        """Upload `file`. Where it is another there afterwards, delete that and raise an error.

        It would have the name and the size of a backup, by which later ones tell that it is there.
        """
        transfer = TransferConfig(
            multipart_threshold=PART, multipart_chunksize=PART, max_concurrency=2
        )
        self.client.upload_file(str(file), self.bucket, self._key(file.name), Config=transfer)
        try:
            with file.open("rb") as written:
                here = digest_of(written)
            if digest_of(self._open(file.name)) != here:
                key = self._key(file.name)
                raise ValueError(f"{key} in {self.bucket} is not what was uploaded")
        except Exception:
            with suppress(BotoCoreError, ClientError):
                self.remove(file.name)
            raise

    def get(self, name: str, to: IO[bytes]) -> None:
        """Write the file `name` to the stream."""
        source = self._open(name)
        while part := source.read(PART):
            to.write(part)
        to.flush()

    def remove(self, name: str) -> None:
        """Delete the file `name`."""
        self.client.delete_object(Bucket=self.bucket, Key=self._key(name))

    def _open(self, name: str) -> Any:
        return self.client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"]

    def _key(self, name: str) -> str:
        return self.prefix + name


def digest_of(source: Any) -> str:
    """The SHA-256 of what is left in the stream."""
    digest = hashlib.sha256()
    while part := source.read(PART):
        digest.update(part)
    return digest.hexdigest()


def main(arguments: list[str]) -> int:
    """Carry out the command, and return the exit code."""
    address = os.environ.get("BACKUP_BUCKET", "")
    try:
        bucket = Bucket(address, os.environ.get("BACKUP_S3_ENDPOINT"))
        match arguments:
            case ["list"]:
                for size, name in bucket.list():
                    print(size, name)
            case ["put", file]:
                bucket.put(Path(file))
            case ["get", name]:
                bucket.get(name, sys.stdout.buffer)
            case ["remove", name]:
                bucket.remove(name)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except (BotoCoreError, Boto3Error, ClientError, OSError, ValueError) as problem:
        print(f"{address}: {' '.join(str(problem).split())}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
