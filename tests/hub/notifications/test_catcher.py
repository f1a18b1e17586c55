"""The local mail catcher: what is sent to it can be read there, and goes no further."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import aiosmtplib
import pytest

from hub.notifications import catcher as catcher_module
from hub.notifications.catcher import Catcher, start
from hub.notifications.caught import PAGE, Folder


@pytest.fixture
async def catcher(tmp_path: Path) -> AsyncIterator[Catcher]:
    running = await start(tmp_path / "mails")
    yield running
    await running.close()


def mail(
    subject: str = "Something waits", text: str = "Open http://localhost:8420/go/abc123 to see it.\n"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Kith <kith@example.org>"
    message["To"] = "worker@example.org"
    message["Subject"] = subject
    message.set_content(text)
    return message


async def send(catcher: Catcher, message: EmailMessage, *, starttls: bool = True) -> None:
    trusting = ssl.create_default_context(cafile=str(catcher.ca_certificate_path))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    await aiosmtplib.send(
        message,
        hostname="127.0.0.1",
        port=catcher.smtp_port,
        start_tls=starttls,
        tls_context=trusting if starttls else None,
    )


async def page(catcher: Catcher, path: str = "/") -> tuple[int, str, aiohttp.ClientResponse]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{catcher.web_port}{path}") as response,
    ):
        return response.status, await response.text(), response


async def test_a_mail_that_was_sent_can_be_read_on_the_page(catcher: Catcher) -> None:
    await send(catcher, mail())
    _, listed, _ = await page(catcher)
    status, shown, _ = await page(catcher, "/mails/1")
    assert "Something waits" in listed
    assert "worker@example.org" in listed
    assert status == 200
    assert '<a href="http://localhost:8420/go/abc123" rel="noopener noreferrer">' in shown


async def test_an_empty_list_says_why_it_is_empty(catcher: Catcher) -> None:
    _, listed, _ = await page(catcher)
    assert "No mail has arrived yet" in listed


async def test_mail_without_tls_is_refused(catcher: Catcher) -> None:
    with pytest.raises(aiosmtplib.SMTPException, match="STARTTLS"):
        await send(catcher, mail(), starttls=False)


async def test_a_mail_beyond_the_size_limit_is_refused(catcher: Catcher) -> None:
    with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
        await send(
            catcher, mail(text="x" * 70 + "\n" + ("y" * 70 + "\n") * (catcher_module.SIZE_LIMIT // 70))
        )
    assert refusal.value.code == 552
    assert (await page(catcher, "/mails/1"))[0] == 404


async def test_a_mail_to_a_crowd_reaches_the_limit_of_recipients_and_no_more(catcher: Catcher) -> None:
    trusting = ssl.create_default_context(cafile=str(catcher.ca_certificate_path))
    people = [f"worker{number}@example.org" for number in range(catcher_module.RECIPIENT_LIMIT + 1)]
    refused, _ = await aiosmtplib.send(
        mail(),
        recipients=people,
        hostname="127.0.0.1",
        port=catcher.smtp_port,
        start_tls=True,
        tls_context=trusting,
    )
    assert [(address, reply.code) for address, reply in refused.items()] == [(people[-1], 452)]


async def test_a_connection_too_many_is_told_to_come_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catcher_module, "CONNECTION_LIMIT", 1)
    running = await start(tmp_path / "mails")
    first, first_writer = await asyncio.open_connection("127.0.0.1", running.smtp_port)
    greeting = await first.readline()
    second, second_writer = await asyncio.open_connection("127.0.0.1", running.smtp_port)
    refusal = await second.readline()
    for writer in (first_writer, second_writer):
        writer.close()
        await writer.wait_closed()
    await running.close()
    assert greeting.startswith(b"220")
    assert refusal.startswith(b"421")


async def test_mails_are_still_there_after_a_restart_and_numbering_goes_on(tmp_path: Path) -> None:
    first = await start(tmp_path / "mails")
    await send(first, mail("before"))
    await first.close()
    second = await start(tmp_path / "mails")
    await send(second, mail("after"))
    _, listed, _ = await page(second)
    await second.close()
    assert listed.index("after") < listed.index("before")
    assert 'href="/mails/2"' in listed


async def test_a_hostile_mail_is_shown_as_text_and_its_scripts_as_letters(catcher: Catcher) -> None:
    await send(
        catcher,
        mail("<script>alert(1)</script>", 'javascript:alert(1) http://x/"onclick="alert(1) <img src=x>'),
    )
    _, listed, _ = await page(catcher)
    _, shown, response = await page(catcher, "/mails/1")
    assert "<script" not in listed + shown
    assert "<img" not in shown
    assert 'href="javascript:' not in shown
    assert '"onclick=' not in shown
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/mails/999", "/mails/x", "/mails/%2e%2e%2fcertificate", "/mails/123456789", "/etc"]
)
async def test_a_mail_that_is_not_there_is_a_plain_404_with_the_same_safe_headers(
    catcher: Catcher, path: str
) -> None:
    status, _, response = await page(catcher, path)
    assert status == 404
    assert "Content-Security-Policy" in response.headers


async def test_pages_are_read_only(catcher: Catcher) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.delete(f"http://127.0.0.1:{catcher.web_port}/mails/1") as response,
    ):
        assert response.status == 405


async def test_the_list_comes_in_pages(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "mails")
    for number in range(PAGE + 3):
        folder.keep(mail(f"mail {number}").as_bytes())
    running = await start(tmp_path / "mails")
    _, newest, _ = await page(running)
    _, older, _ = await page(running, "/?before=4")
    await running.close()
    assert newest.count("<li ") == PAGE
    assert 'href="/?before=4"' in newest
    assert older.count("<li ") == 3
    assert "Older mails" not in older


def test_the_oldest_mails_give_way_beyond_the_limit(tmp_path: Path) -> None:
    folder = Folder(tmp_path, limit=2)
    for number in range(5):
        folder.keep(mail(f"mail {number}").as_bytes())
    assert folder.numbers() == [4, 5]
    assert folder.read(3) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x\r\n--x--",
        b"To: =?utf-8?b?####?=\r\nSubject: =?x?q?=?=\r\n\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n!!!",
        b"To: " + b"(" * 500 + b"\r\n\r\n",
    ],
)
def test_a_mail_of_nonsense_is_shown_without_failing(tmp_path: Path, content: bytes) -> None:
    folder = Folder(tmp_path)
    assert folder.read(folder.keep(content)) is not None
    assert len(folder.page()) == 1


async def test_a_taken_port_is_an_error_and_leaves_nothing_running(catcher: Catcher, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="address"):
        await start(tmp_path / "other", smtp_port=catcher.smtp_port)


async def test_the_certificate_key_stays_out_of_the_folder(catcher: Catcher) -> None:
    files = {file.name: file.read_bytes() for file in catcher.ca_certificate_path.parent.iterdir()}
    assert "certificate.pem" in files
    assert not any(b"PRIVATE KEY" in content for content in files.values())
