"""The way in: with what the agent remembers, else with the six words for this one command."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from crypto.private.secrets import WorkerSecret
from keyholder.commands import agent
from keyholder.commands.call import Call, NotSignedIn
from keyholder.desk import Me
from keyholder.end import End
from keyholder.errors import Away, NotReady, Refused
from keyholder.profile import Profile
from keyholder.session import resume

if TYPE_CHECKING:
    from keyholder.authority import Trust
    from keyholder.connection import Connection

OFTEN = "To give your words once for many commands: kith sign-in --keep 30m"
NOT_ACCREDITED = (
    "Your organisation is not accredited yet: until it is, nothing can be sent. "
    "If it was accredited before, stop here and telephone the commissioner's office."
)
ENDED = "Your sign-in has ended. Run: kith sign-in --keep 30m"


class Remembered(msgspec.Struct, frozen=True):
    """What goes on with a session: kept by the agent in memory, never written."""

    worker: bytes
    organisation: bytes
    address: str
    secret: bytes
    token: bytes

    def __repr__(self) -> str:
        return "Remembered(...)"


@asynccontextmanager
async def entered(call: Call, connection: Connection, trust: Trust) -> AsyncIterator[End]:
    """Signed in for the length of one command. A session that is remembered goes on; any other is ended.

    What goes wrong on the way out never hides what went wrong before.
    """
    kept = remembered(call)
    if kept is None:
        end = await with_words(call, connection, trust)
        leave: Callable[[End], Awaitable[None]] = End.sign_out
    else:
        end = await again(call, connection, trust, kept)
        leave = save
    try:
        yield end
    except BaseException:
        with contextlib.suppress(Exception):
            await leave(end)
        raise
    try:
        await _look_up_own(end)
    finally:
        with contextlib.suppress(Away, Refused):
            await leave(end)


async def _look_up_own(end: End) -> None:
    """What was looked at in this command must stand in the record of who looked at what; else an alarm."""
    if end.desk.log.waiting:
        with contextlib.suppress(Away, Refused):
            await end.log_check()


async def save(end: End) -> None:
    """Keep what was verified."""
    await end.desk.pins.save(end.desk.connection)


async def with_words(call: Call, connection: Connection, trust: Trust) -> End:
    """Sign in with the six words, and remember whose they are."""
    profile = call.profile()
    if not profile.address:
        raise NotReady("No sign-in name is known here. Run: kith enrol LINK, or kith sign-in --address NAME")
    try:
        end = await _signed_in(call, connection, trust, profile, call.words())
    except Refused as refused:
        if refused.status == 429:
            call.console.note(OFTEN)
        raise
    if not profile.worker:
        call.place.change(worker=end.worker.hex(), organisation=end.organisation.hex())
    _say_standing(call, end)
    return end


async def _signed_in(call: Call, connection: Connection, trust: Trust, profile: Profile, words: str) -> End:
    async def attempt(code: str | None) -> End:
        return await End.sign_in(
            connection,
            trust,
            profile.address,
            words,
            name=profile.name,
            folder=call.place.state,
            clock=call.console.clock,
            expect=bytes.fromhex(profile.worker) if profile.worker else None,
            of=bytes.fromhex(profile.organisation) if profile.organisation else None,
            device=call.device(profile.address),
            code=code,
        )

    return await call.with_code(attempt)


async def again(call: Call, connection: Connection, trust: Trust, kept: Remembered) -> End:
    """Go on with what the agent remembers; it forgets when the hub has ended the session."""
    me = Me(
        kept.worker,
        kept.organisation,
        kept.address,
        call.profile().name or kept.address,
        WorkerSecret(kept.secret),
        call.device(kept.address),
    )
    try:
        desk = await resume(connection, trust, me, kept.token, call.place.state, call.console.clock)
    except Refused as refused:
        if refused.status == 401:
            forget(call)
            raise NotSignedIn(ENDED) from None
        raise
    end = End(desk)
    _say_standing(call, end)
    return end


def _say_standing(call: Call, end: End) -> None:
    if not end.accredited:
        call.console.note(NOT_ACCREDITED)


def remembered(call: Call) -> Remembered | None:
    """What the agent has for this profile."""
    raw = agent.kept(socket_of(call)) if agent.can_keep() else None
    if raw is None:
        return None
    try:
        return msgspec.msgpack.decode(raw, type=Remembered)
    except msgspec.DecodeError:
        return None


def remember(call: Call, end: End, idle_seconds: int) -> None:
    """Have an agent keep the session and the opened secret, in memory."""
    me, token = end.desk.me, end.desk.connection.token
    assert token is not None, "whoever is signed in has a session"
    kept = Remembered(me.worker, me.organisation, me.address, me.secret.raw, token)
    agent.keep(socket_of(call), msgspec.msgpack.encode(kept), idle_seconds)


def forget(call: Call) -> None:
    """Have the agent forget, if there is one."""
    if agent.can_keep():
        agent.forget(socket_of(call))


def socket_of(call: Call) -> Path:
    """Where this profile's agent listens."""
    return agent.socket_path(call.place.folder, call.environment)
