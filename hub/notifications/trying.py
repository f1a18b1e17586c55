"""One mail to see whether mail leaves this hub: sent now, never queued."""

from __future__ import annotations

import os

from hub.kernel.context import Hub
from hub.notifications import links, smtp
from hub.notifications.service import checked_address
from hub.notifications.smtp import Away, Fate, Outcome
from hub.notifications.writing import Envelope, Letter, write


async def send_test(hub: Hub, address: str, now: int) -> Outcome:
    """What became of it. Raises Malformed for what is no mail address, LookupError without a mail server."""
    server = hub.settings.smtp
    if server is None:
        raise LookupError("no mail server is set")
    sender = hub.settings.mail_from
    letter = Letter("test", "A test from Kith", hub.settings.public_url)
    content = write(
        letter, Envelope(sender, checked_address(address), links.message_id(hub, os.urandom(16)), now)
    )
    try:
        async with smtp.connected(server) as client:
            return await smtp.hand_over(client, sender, address, content)
    except Away as away:
        return Outcome(Fate.LATER, away.code, away=True)
