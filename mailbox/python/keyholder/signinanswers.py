"""What the hub may answer while somebody enrols or signs in, bounded like all its answers."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from keyholder.answers import Answer, BoxKey, Hash, Id, Number, Text, Word


class Looked(Answer, frozen=True, kw_only=True):
    """What an enrolment link is for."""

    invitation: Id
    hub: Text
    organisation: Id | None = None
    genesis: Hash | None = None
    legal_name: Text | None = None
    role: Word
    founding: bool
    replaces: Id | None = None
    expires_at: Number
    generation_key: BoxKey | None = None


class State(Answer, frozen=True, kw_only=True):
    """How far an enrolment is."""

    state: Word


class Start(Answer, frozen=True, kw_only=True):
    """The first step of a sign-in."""

    hub: Text
    suite: Number
    salt: Annotated[bytes, Meta(max_length=64)]


class Proved(Answer, frozen=True, kw_only=True):
    """The second step: the wrapped secret."""

    worker: Id
    organisation: Id
    wrapped: Annotated[bytes, Meta(max_length=256)]
    wrap_version: Number
    session: Id
    nonce: Hash


class KitSession(Answer, frozen=True, kw_only=True):
    """The start of a session by the printed kit."""

    worker: Annotated[tuple[Id, ...], Meta(max_length=16)]
    session: Id
    nonce: Hash


class Token(Answer, frozen=True, kw_only=True):
    """A session."""

    token: Hash
    expires_at: Number
    idle_ms: Number


class Me(Answer, frozen=True, kw_only=True):
    """Whom the hub takes this session for."""

    worker: Id
    organisation: Id
    role: Word
    kind: Word
    address: Text
    state: Word


class SealedPins(Answer, frozen=True, kw_only=True):
    """The worker's pins as the hub keeps them."""

    version: Number
    sealed: Annotated[bytes, Meta(max_length=1024 * 1024)] | None = None
