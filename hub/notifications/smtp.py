"""Handing mails to the mail server: over TLS that has been verified, or not at all.

What came of it is told as one of four outcomes. A mail whose fate is unknown may arrive twice, with the same
Message-ID: better twice than never.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from hub.config import Smtp

STEP_SECONDS = 15.0
MAIL_SECONDS = 30.0


class Fate(Enum):
    """What became of one mail."""

    TAKEN = "taken"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """``code`` says why for the operator, without a word of the mail or the server. ``away``: the server is
    not to be had, so others need not be tried now."""

    fate: Fate
    code: str = ""
    away: bool = False


class Away(Exception):
    """The server cannot be reached, or not by TLS that holds, or it does not know us. ``code`` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def tls(smtp: Smtp) -> ssl.SSLContext:
    """Certificates are verified against the system's authorities, or against the given file alone."""
    return ssl.create_default_context(cafile=None if smtp.ca is None else str(smtp.ca))


@asynccontextmanager
async def connected(smtp: Smtp, *, step: float = STEP_SECONDS) -> AsyncIterator[aiosmtplib.SMTP]:
    """One conversation, signed in where settings say so. Raises Away."""
    client = aiosmtplib.SMTP(
        hostname=smtp.host,
        port=smtp.port,
        use_tls=not smtp.starttls,
        start_tls=smtp.starttls,
        tls_context=await asyncio.to_thread(tls, smtp),
        username=smtp.user or None,
        password=smtp.password.reveal() if smtp.user else None,
        timeout=step,
    )
    try:
        async with asyncio.timeout(MAIL_SECONDS):
            await client.connect()
    except (SMTPException, OSError, ValueError, TimeoutError) as fault:
        client.close()
        raise Away(_why_away(fault)) from None
    try:
        yield client
    finally:
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(step):
                await client.quit()
        client.close()


async def hand_over(
    client: aiosmtplib.SMTP, sender: str, to: str, content: bytes, *, seconds: float = MAIL_SECONDS
) -> Outcome:
    """Try one mail. Never raises for what a server or a network does."""
    try:
        async with asyncio.timeout(seconds):
            await client.sendmail(sender, [to], content)
    except SMTPRecipientsRefused as fault:
        return _refused("recipient", fault.recipients[0])
    except (SMTPDataError, SMTPRecipientRefused) as fault:
        return _refused("content", fault)
    except SMTPResponseException as fault:
        return Outcome(Fate.LATER, f"sender_refused_{fault.code}", away=True)
    except (SMTPException, OSError, TimeoutError) as fault:
        timed_out = isinstance(fault, TimeoutError)
        return Outcome(Fate.UNKNOWN, "timed_out" if timed_out else "cut_off", away=True)
    return Outcome(Fate.TAKEN)


def _refused(what: str, fault: SMTPResponseException) -> Outcome:
    fate = Fate.NEVER if 500 <= fault.code <= 599 else Fate.LATER
    return Outcome(fate, f"{what}_refused_{fault.code}", away=fault.code == 421)


def _why_away(fault: BaseException) -> str:
    """One word for the operator. A certificate that does not hold is found among the causes."""
    cause: BaseException | None = fault
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls_failed"
        cause = cause.__cause__ or cause.__context__
    if isinstance(fault, aiosmtplib.SMTPAuthenticationError):
        return "sign_in_refused"
    if isinstance(fault, aiosmtplib.SMTPNotSupported) or "TLS" in str(fault):
        return "tls_not_offered"
    return "timed_out" if isinstance(fault, TimeoutError) else "unreachable"
