"""A local mail catcher for the demo: an SMTP server whose mails go no further than a folder and a page.

It listens on this machine alone, insists on STARTTLS with a certificate it makes at start (so that mail takes
the same road as in earnest), and bounds sizes, recipients, connections and the number of mails kept.
"""

import asyncio
import ssl
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.notifications.caught import Folder
from hub.notifications.caught_pages import app
from hub.notifications.certificates import self_signed

HOST = "127.0.0.1"
SIZE_LIMIT = 256 * 1024
RECIPIENT_LIMIT = 20
CONNECTION_LIMIT = 100
TIMEOUT_SECONDS = 60


@dataclass
class Catcher:
    """A running catcher: where it listens, and the certificate file that a client must trust."""

    smtp_port: int
    web_port: int
    ca_certificate_path: Path
    _server: asyncio.Server
    _pages: web.AppRunner
    _connections: "set[_Connection]"

    async def close(self) -> None:
        """Stop listening and hang up; kept mails stay in their folder."""
        self._server.close()
        for connection in list(self._connections):
            connection.hang_up()
        await self._pages.cleanup()


async def start(folder: Path, smtp_port: int = 0, web_port: int = 0) -> Catcher:
    """Start catching mail into `folder`. A port of 0 takes a free one; OSError when a port is taken."""
    kept = Folder(folder)
    certificate = self_signed(folder, ["localhost"], [HOST])
    connections: set[_Connection] = set()
    pages = web.AppRunner(app(kept), access_log=None)
    await pages.setup()
    try:
        site = web.TCPSite(pages, HOST, web_port)
        await site.start()
        connect = partial(_connect, kept, certificate.server_context(), connections)
        server = await asyncio.get_running_loop().create_server(connect, HOST, smtp_port)
    except OSError:
        await pages.cleanup()
        raise
    smtp_address, web_address = server.sockets[0].getsockname(), pages.addresses[0]
    return Catcher(smtp_address[1], web_address[1], certificate.path, server, pages, connections)


class _Keep:
    """What is done with a mail: it is kept."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    async def handle_RCPT(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENT_LIMIT:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 Not a mail"
        try:
            self.folder.keep(content)
        except OSError:
            return "452 4.3.1 No room to keep this mail; try again later"
        return "250 2.0.0 Kept"


class _Connection(SMTP):
    """One SMTP conversation, known to the catcher for as long as it lasts."""

    def __init__(self, folder: Folder, context: ssl.SSLContext, connections: "set[_Connection]") -> None:
        super().__init__(
            _Keep(folder),
            data_size_limit=SIZE_LIMIT,
            tls_context=context,
            require_starttls=True,
            timeout=TIMEOUT_SECONDS,
            ident="Kith mail catcher",
            hostname="localhost",
            loop=asyncio.get_running_loop(),
        )
        self._all = connections

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._all.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._all.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Close at once, whatever was being said."""
        transport = self._original_transport or self.transport
        if transport is not None:
            transport.close()


class _Busy(asyncio.Protocol):
    """Said to one connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"421 4.3.2 Too many connections; try again later\r\n")
        transport.close()


def _connect(folder: Folder, context: ssl.SSLContext, connections: set[_Connection]) -> asyncio.BaseProtocol:
    if len(connections) >= CONNECTION_LIMIT:
        return _Busy()
    return _Connection(folder, context, connections)
