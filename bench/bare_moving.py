"""What moving documents costs without a hub: a bare aiohttp server doing the same work.

    python -m bench.bare_moving PORT FOLDER          parts to a file, each synchronised
    python -m bench.bare_moving PORT SETTINGS.json   parts to an S3 server, by boto3 alone

The same work: receive a part whole, store it durably, hash it beside that; send the object back in pieces.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import boto3
import uvloop
from aiohttp import web
from botocore.config import Config

from storage.blobs import PART

CHUNK = 256 * 1024


class Store(Protocol):
    """Keeps objects. Everything blocks."""

    def put(self, name: str, number: int, data: bytearray) -> None: ...
    def finish(self, name: str) -> None: ...
    def open(self, name: str) -> tuple[int, Any]: ...


class Folder:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, number: int, data: bytearray) -> None:
        file = os.open(self._folder / name, os.O_WRONLY | os.O_CREAT, 0o600)
        os.pwrite(file, data, (number - 1) * PART)
        os.fdatasync(file)
        os.close(file)

    def finish(self, name: str) -> None:
        """The file is whole already."""

    def open(self, name: str) -> tuple[int, Any]:
        path = self._folder / name
        return path.stat().st_size, path.open("rb")


class Bucket:
    """Objects of a bucket, as one multipart upload each."""

    def __init__(self, words: dict[str, str]) -> None:
        self._bucket = words["bucket"]
        self._client = boto3.client(
            "s3",
            endpoint_url=words["endpoint"],
            region_name="us-east-1",
            aws_access_key_id=words["access_key"],
            aws_secret_access_key=words["secret_key"],
            config=Config(
                max_pool_connections=32,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"},
            ),
        )
        self._parts: dict[str, tuple[str, list[Any]]] = {}

    def put(self, name: str, number: int, data: bytearray) -> None:
        if number == 1:
            made = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=name, ChecksumAlgorithm="SHA256"
            )
            self._parts[name] = (made["UploadId"], [])
        upload, parts = self._parts[name]
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        answer = self._client.upload_part(
            Bucket=self._bucket,
            Key=name,
            UploadId=upload,
            PartNumber=number,
            Body=bytes(data),
            ChecksumSHA256=digest,
        )
        parts.append({"PartNumber": number, "ETag": answer["ETag"], "ChecksumSHA256": digest})

    def finish(self, name: str) -> None:
        upload, parts = self._parts[name]
        self._client.complete_multipart_upload(
            Bucket=self._bucket, Key=name, UploadId=upload, MultipartUpload={"Parts": parts}
        )

    def open(self, name: str) -> tuple[int, Any]:
        answer = self._client.get_object(Bucket=self._bucket, Key=name)
        return answer["ContentLength"], answer["Body"]


class Bare:
    """The same work without a database, sessions or statements."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._digests: dict[str, Any] = {}

    async def put(self, request: web.Request) -> web.Response:
        name, number = request.match_info["name"], int(request.match_info["number"])
        data = bytearray()
        async for chunk in request.content.iter_any():
            data += chunk
        digest = self._digests.setdefault(name, hashlib.sha256())
        await asyncio.gather(
            asyncio.to_thread(self._store.put, name, number, data),
            asyncio.to_thread(digest.update, data),
        )
        return web.Response()

    async def finish(self, request: web.Request) -> web.Response:
        await asyncio.to_thread(self._store.finish, request.match_info["name"])
        return web.Response()

    async def get(self, request: web.Request) -> web.StreamResponse:
        size, body = await asyncio.to_thread(self._store.open, request.match_info["name"])
        response = web.StreamResponse()
        response.content_length = size
        await response.prepare(request)
        async for chunk in self._pieces(body):
            await response.write(chunk)
        return response

    async def _pieces(self, body: Any) -> AsyncIterator[bytes]:
        try:
            while chunk := await asyncio.to_thread(body.read, CHUNK):
                yield chunk
        finally:
            body.close()


def main() -> None:
    port, where = int(sys.argv[1]), Path(sys.argv[2])
    store: Store = Folder(where) if where.is_dir() else Bucket(json.loads(where.read_text()))
    keeper = Bare(store)
    app = web.Application(client_max_size=0)
    app.router.add_put("/{name}/{number}", keeper.put)
    app.router.add_post("/{name}/finish", keeper.finish)
    app.router.add_get("/{name}", keeper.get)
    web.run_app(app, host="127.0.0.1", port=port, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main()
