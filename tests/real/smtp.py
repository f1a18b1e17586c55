"""A real SMTP server with TLS, in a thread of its own, that records what it is given and fails as told to."""

import asyncio
import ssl
import threading
import time
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Literal

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.notifications.certificates import self_signed

HOST = "127.0.0.1"
Stage = Literal["sender", "recipient", "data"]


@dataclass(frozen=True)
class ReceivedMail:
    """One mail that was accepted. `encrypted` says that it came over TLS."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    encrypted: bool

    @property
    def message(self) -> EmailMessage:
        """The mail parsed."""
        return BytesParser(EmailMessage, policy=policy.default).parsebytes(self.content)


class MailServer:
    """Send to `url`, look at `mails`. Demands STARTTLS, or TLS from the first byte where `implicit`."""

    def __init__(self, folder: Path, *, implicit: bool) -> None:
        certificate = self_signed(folder, ["localhost"], [HOST])
        self.ca = certificate.path
        self.implicit = implicit
        self.mails: list[ReceivedMail] = []
        self.attempts = 0
        self.port = 0
        self._refusals: dict[Stage, str] = {}
        self._hangs_up = False
        self._context = certificate.server_context()
        self._connections: set[_Conversation] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True)
        self._thread.start()
        self.come_back()

    @property
    def url(self) -> str:
        """The address as a hub's KITH_SMTP takes it."""
        return f"{'smtps' if self.implicit else 'smtp+starttls'}://{HOST}:{self.port}?ca={self.ca}"

    def client_context(self) -> ssl.SSLContext:
        """TLS settings that trust this server alone."""
        return ssl.create_default_context(cafile=str(self.ca))

    def refuse(self, reply: str, at: Stage = "data") -> None:
        """Answer with `reply` ("451 4.3.0 Later", "550 5.1.1 Nobody") from now on, instead of accepting."""
        self._refusals[at] = reply

    def hang_up(self) -> None:
        """From now on, drop the connection once a mail's content has arrived, without a reply."""
        self._hangs_up = True

    def accept(self) -> None:
        """Be well again."""
        self._refusals.clear()
        self._hangs_up = False

    def go_away(self) -> None:
        """Stop listening, and drop every connection: the server is down."""
        self._call(self._stop_listening())

    def come_back(self) -> None:
        """Listen again, on the same port as before."""
        self._call(self._listen())

    def wait_for(self, count: int, seconds: float = 30) -> list[ReceivedMail]:
        """The mails, once there are at least `count`. Blocks: for tests whose hub runs elsewhere."""
        end = time.monotonic() + seconds
        while len(self.mails) < count:
            if time.monotonic() > end:
                raise AssertionError(f"{len(self.mails)} mails arrived of {count}")
            time.sleep(0.01)
        return list(self.mails)

    async def arrived(self, count: int, seconds: float = 30) -> list[ReceivedMail]:
        """The same as `wait_for`, leaving the event loop free."""
        return await asyncio.to_thread(self.wait_for, count, seconds)

    def close(self) -> None:
        """Stop for good."""
        self.go_away()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> None:
        context = self._context if self.implicit else None
        self._server = await self._loop.create_server(self._conversation, HOST, self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in list(self._connections):
            conversation.abort()
        while self._connections:
            await asyncio.sleep(0)
        self._server = None

    def _conversation(self) -> "_Conversation":
        return _Conversation(self, None if self.implicit else self._context, self._connections, self._loop)

    # What aiosmtpd calls, in the server's thread.

    async def handle_MAIL(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self._refusals.get("sender", "250 2.1.0 OK")

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "recipient" in self._refusals:
            return self._refusals["recipient"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self._hangs_up:
            assert isinstance(server, _Conversation)
            server.abort()
            await asyncio.sleep(0)
        elif "data" not in self._refusals:
            assert isinstance(envelope.content, bytes)
            encrypted = self.implicit or session.ssl is not None
            mail = ReceivedMail(
                envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content, encrypted
            )
            self.mails.append(mail)
        return self._refusals.get("data", "250 2.0.0 Taken")


class _Conversation(SMTP):
    def __init__(
        self,
        handler: MailServer,
        context: ssl.SSLContext | None,
        connections: "set[_Conversation]",
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        starttls = context is not None
        super().__init__(
            handler,
            tls_context=context,
            require_starttls=starttls,
            hostname="localhost",
            timeout=30,
            loop=loop,
        )
        self._all = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._all.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._all.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        transport = self._original_transport or self.transport
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()


@pytest.fixture
def smtp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """A mail server that demands STARTTLS."""
    yield from _running(tmp_path_factory.mktemp("smtp"), implicit=False)


@pytest.fixture
def smtps_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """A mail server that speaks TLS from the first byte."""
    yield from _running(tmp_path_factory.mktemp("smtps"), implicit=True)


def _running(folder: Path, *, implicit: bool) -> Iterator[MailServer]:
    server = MailServer(folder, implicit=implicit)
    try:
        yield server
    finally:
        server.close()
