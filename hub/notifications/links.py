"""The links and codes that mails carry.

Each is made from the hub's private key, so a mail sent again has the same one, and the database holds none
that could be used: a digest's link only by its hash, an enrolment's and a code not at all.
"""

from __future__ import annotations

import base64
import hashlib

from hub.kernel.context import Hub

CODE_DIGITS = 8


def token_hash(token: bytes) -> bytes:
    """How a token is stored."""
    return hashlib.sha256(token).digest()


def personal_token(hub: Hub, mail: bytes) -> bytes:
    """The token of a mail's link: 32 bytes nobody can guess."""
    return hub.keys.derive("mail-link", mail)


def personal_link(hub: Hub, mail: bytes) -> str:
    """Where a digest leads. Opening it consumes nothing."""
    return f"{hub.settings.public_url}/go/{personal_token(hub, mail).hex()}"


def enrolment_token(hub: Hub, invitation: bytes) -> bytes:
    """The token of an invitation's link."""
    return hub.keys.derive("enrolment-link", invitation)


def enrolment_link(hub: Hub, invitation: bytes) -> str:
    """Where an enrolment begins."""
    token = base64.urlsafe_b64encode(enrolment_token(hub, invitation)).rstrip(b"=").decode()
    return f"{hub.settings.public_url}/enrol#{token}"


def sign_in_code(hub: Hub, code: bytes) -> str:
    """The eight digits that ``code`` (16 random bytes) stands for."""
    return f"{int.from_bytes(hub.keys.derive('sign-in-code', code)) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def message_id(hub: Hub, mail: bytes) -> str:
    """The same for every try of one mail, so that a second copy is recognised (RFC 5322, 3.6.4)."""
    domain = hub.settings.mail_from.rpartition("@")[2]
    return f"<{hub.keys.derive('message-id', mail)[:16].hex()}@{domain}>"
