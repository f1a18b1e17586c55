"""The mail server that other tests lean on does what they tell it to."""

import ssl
from email.message import EmailMessage

import aiosmtplib
import pytest

from tests.real.smtp import MailServer


async def send(server: MailServer) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "hello"
    message.set_content("text")
    await aiosmtplib.send(
        message,
        hostname="127.0.0.1",
        port=server.port,
        use_tls=server.implicit,
        start_tls=not server.implicit,
        tls_context=server.client_context(),
        timeout=30,
    )


async def test_it_records_mails_that_came_over_starttls(smtp_server: MailServer) -> None:
    await send(smtp_server)
    [mail] = await smtp_server.arrived(1)
    assert mail.encrypted
    assert mail.recipients == ("b@example.org",)
    assert mail.message["Subject"] == "hello"


async def test_it_records_mails_that_came_over_tls_from_the_first_byte(smtps_server: MailServer) -> None:
    await send(smtps_server)
    [mail] = await smtps_server.arrived(1)
    assert mail.encrypted


async def test_it_is_trusted_by_nobody_who_was_not_given_its_certificate(smtp_server: MailServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        await aiosmtplib.send(
            b"text",
            sender="a@x",
            recipients=["b@x"],
            hostname="127.0.0.1",
            port=smtp_server.port,
            start_tls=True,
        )


@pytest.mark.parametrize(
    ("reply", "code"), [("451 4.3.0 Later", 451), ("550 5.7.1 Never", 550)], ids=["for now", "for good"]
)
async def test_it_refuses_as_told_and_accepts_again(smtp_server: MailServer, reply: str, code: int) -> None:
    smtp_server.refuse(reply)
    with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
        await send(smtp_server)
    assert refusal.value.code == code
    smtp_server.accept()
    await send(smtp_server)
    assert len(smtp_server.mails) == 1
    assert smtp_server.attempts == 2


async def test_it_refuses_a_recipient(smtp_server: MailServer) -> None:
    smtp_server.refuse("550 5.1.1 Nobody", at="recipient")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(smtp_server)


async def test_it_hangs_up_before_replying(smtp_server: MailServer) -> None:
    smtp_server.hang_up()
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, ConnectionError)):
        await send(smtp_server)
    assert smtp_server.mails == []


async def test_it_is_away_and_comes_back_on_the_same_port(smtp_server: MailServer) -> None:
    port = smtp_server.port
    smtp_server.go_away()
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await send(smtp_server)
    smtp_server.come_back()
    await send(smtp_server)
    assert smtp_server.port == port
    assert len(smtp_server.mails) == 1
