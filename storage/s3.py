"""Blobs in a bucket of an S3 server: one multipart upload for each object, every part with its SHA-256.

boto3 blocks, so each call runs in one of a few threads of the store's own; each has a time-out and few tries,
and nothing else waits behind a slow server. A part's token holds the upload it belongs to, so any process can
go on with it.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.response import StreamingBody
from urllib3.exceptions import HTTPError

from storage.blobs import CHUNK, Bytes, NoSpace, NotFound, Part, Unavailable, checked, number_of, total

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

T = TypeVar("T")
_ABSENT = {"404", "NoSuchKey", "NoSuchUpload", "InvalidPart", "InvalidPartOrder"}
_FULL = {"507", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull"}
REOPENINGS = 3


@dataclass(frozen=True)
class S3Settings:
    """Where the bucket is. `endpoint` is empty for Amazon's own."""

    bucket: str
    access_key: str
    secret_key: str
    endpoint: str = ""
    region: str = "us-east-1"
    threads: int = 8
    connect_seconds: float = 3
    answer_seconds: float = 20
    tries: int = 3


class S3Store:
    """See `storage.blobs.BlobStore`. The bucket must exist; nothing here makes or configures one."""

    def __init__(self, settings: S3Settings) -> None:
        self._bucket = settings.bucket
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="s3")
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=settings.endpoint or None,
            region_name=settings.region,
            aws_access_key_id=settings.access_key or None,
            aws_secret_access_key=settings.secret_key or None,
            config=Config(
                connect_timeout=settings.connect_seconds,
                read_timeout=settings.answer_seconds,
                retries={"mode": "standard", "total_max_attempts": settings.tries},
                max_pool_connections=settings.threads + 8,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path" if settings.endpoint else "auto"},
            ),
        )

    async def put_part(self, key: str, data: Bytes, after: Part | None = None) -> Part:
        number, name = number_of(data, after), checked(key)
        token = await self._in_thread(
            lambda: self._put(name, number, data, after.token.split(" ")[0] if after else None)
        )
        return Part(number, len(data), token)

    async def finish(self, key: str, parts: Sequence[Part]) -> int:
        size, name = total(parts), checked(key)
        await self._in_thread(lambda: self._finish(name, parts, size))
        return size

    async def read(self, key: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        name = checked(key)
        if start < 0 or (stop is not None and stop < start):
            raise ValueError("a range starts before it stops")
        for left in range(REOPENINGS, -1, -1):
            if start == stop:
                return
            body = await self._in_thread(partial(self._open, name, start, stop))
            if body is None:
                return
            try:
                while piece := await self._in_thread(partial(body.read, CHUNK)):
                    start += len(piece)
                    yield piece
                return
            except Unavailable:
                if not left:
                    raise
            finally:
                body.close()

    async def size(self, key: str) -> int | None:
        name = checked(key)
        with suppress(NotFound):
            return await self._in_thread(lambda: self._size(name))
        return None

    async def delete(self, key: str) -> None:
        name = checked(key)
        await self._in_thread(lambda: self._delete(name))

    def close(self) -> None:
        """Let go of threads and connections."""
        self._threads.shutdown(wait=True)
        self._client.close()

    def _put(self, name: str, number: int, data: Bytes, upload: str | None) -> str:
        if upload is None:
            made = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=name, ChecksumAlgorithm="SHA256"
            )
            upload = made["UploadId"]
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=name,
            UploadId=upload,
            PartNumber=number,
            Body=cast(bytes, data if isinstance(data, bytearray) else bytes(data)),  # no copy of 8 MiB
            ContentLength=len(data),
            ChecksumSHA256=digest,
        )
        return f"{upload} {answer['ETag']} {digest}"

    def _finish(self, name: str, parts: Sequence[Part], size: int) -> None:
        upload = parts[0].token.split(" ")[0]
        listed: list[CompletedPartTypeDef] = []
        for part in parts:
            belongs, tag, digest = part.token.split(" ")
            if belongs != upload:
                raise NotFound("these parts are of several uploads")
            listed.append({"PartNumber": part.number, "ETag": tag, "ChecksumSHA256": digest})
        try:
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=name, UploadId=upload, MultipartUpload={"Parts": listed}
            )
        except ClientError as fault:
            if fault.response["Error"]["Code"] != "NoSuchUpload":
                raise
        if self._size(name) != size:
            raise NotFound("what is stored is not made of these parts")
        self._abandon(name)

    def _size(self, name: str) -> int:
        return self._client.head_object(Bucket=self._bucket, Key=name)["ContentLength"]

    def _open(self, name: str, start: int, stop: int | None) -> StreamingBody | None:
        wanted = f"bytes={start}-{'' if stop is None else stop - 1}"
        try:
            return self._client.get_object(Bucket=self._bucket, Key=name, Range=wanted)["Body"]
        except ClientError as fault:
            if fault.response["Error"]["Code"] in {"InvalidRange", "416"}:
                return None
            raise

    def _delete(self, name: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=name)
        self._abandon(name)

    def _abandon(self, name: str) -> None:
        """Drop unfinished uploads for this key: S3 keeps, and bills, them for ever."""
        found = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=name).get("Uploads", [])
        for upload in found:
            if upload["Key"] == name:
                self._client.abort_multipart_upload(
                    Bucket=self._bucket, Key=name, UploadId=upload["UploadId"]
                )

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Run in a thread, to its end even when cancelled: a connection must not be closed under it."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, lambda: _told_apart(work))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise


def _told_apart(work: Callable[[], T]) -> T:
    with _faults():
        return work()


@contextmanager
def _faults() -> Iterator[None]:
    """A server's faults as the callers of a store know them."""
    try:
        yield
    except ClientError as fault:
        code = str(fault.response["Error"]["Code"])
        if code in _ABSENT:
            raise NotFound(code) from fault
        raise (NoSpace if code in _FULL else Unavailable)(code) from fault
    except (BotoCoreError, HTTPClientError, HTTPError, OSError) as fault:
        raise Unavailable(type(fault).__name__) from fault
