"""Signing in: words to keys, keys to the secret, the secret to a session; and nothing on the hub's word.

The hub's name comes from the trusted root, the strength of the words' stretching from the program. What
the secret gives must be what the organisation's signed records list for this worker.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crypto.errors import CryptoError, Malformed
from crypto.private import words as word_list
from crypto.private.secrets import SignInKeys, WorkerSecret
from crypto.statements import sign_session
from keyholder import signinanswers
from keyholder.accesslog import AccessLog
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.authority import Authority, Trust
from keyholder.connection import Connection
from keyholder.desk import Desk, Me
from keyholder.directory import Directory
from keyholder.enrolment import name_salt, sign_in_name
from keyholder.errors import Away, CodeNeeded, CodeWrong, NotReady, Refused, WrongWords
from keyholder.orgkeys import OrganisationKeys
from keyholder.pins import Pins
from keyholder.state import LocalState
from keyholder.unproved import Unproved

CODE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A worker's opened secret and where it was found."""

    proved: signinanswers.Proved
    secret: WorkerSecret = field(repr=False)
    address: str
    keys: SignInKeys = field(repr=False)


async def sign_in(
    connection: Connection,
    trust: Trust,
    address: str,
    words: str,
    name: str,
    folder: Path | None,
    clock: Callable[[], int],
    expect: bytes | None,
    of: bytes | None,
    device: bytes | None = None,
    code: str | None = None,
) -> Desk:
    """Sign in and set up the desk. On any fault the session is ended again.

    Raises:
        WrongWords, CodeNeeded, NotReady, Refused, Away, Alarm.
    """
    keeper = EvidenceKeeper(folder / "evidence" if folder else None)
    unlocked = await unlock(connection, trust, address, words, keeper, expect, of, device, code)
    await _begin(connection, trust, unlocked)
    try:
        return await _set_up(connection, trust, unlocked, name, folder, clock, keeper, device)
    except BaseException:
        await end_session(connection)
        raise


async def unlock(
    connection: Connection,
    trust: Trust,
    address: str,
    words: str,
    keeper: EvidenceKeeper,
    expect: bytes | None = None,
    of: bytes | None = None,
    device: bytes | None = None,
    code: str | None = None,
) -> Unlocked:
    """Open the worker's secret with their words. About 0.2 s. It opens for their own organisation alone;
    ``expect`` and ``of`` are the worker and the organisation this device knows, ``device`` the token by which
    the hub may know it, ``code`` what stands in the mail if it does not.

    Raises:
        WrongWords: the hub does not know these words. CodeNeeded: they are right, and a mail left, or
        CodeWrong: the code was not. Alarm: what it keeps beside them was changed.
    """
    told = sign_in_name(address)
    try:
        typed = word_list.normalise(words, word_list.SIGN_IN_WORDS)
    except Malformed as error:
        raise WrongWords(str(error)) from None
    salt = await name_salt(connection, trust, told, keeper)
    keys = await asyncio.to_thread(SignInKeys.derive, typed, salt)
    proved = await _prove(connection, told, keys, device, code)
    try:
        secret = keys.open(
            proved.wrapped, trust.hub, proved.organisation, proved.worker, told, proved.wrap_version
        )
    except CryptoError as error:
        raise keeper.alarm(
            Kind.SIGN_IN_CHANGED, wrapped=proved.wrapped, worker=proved.worker, salt=salt
        ) from error
    if expect is not None and proved.worker != expect:
        raise keeper.alarm(Kind.KEY_SUBSTITUTED, worker=proved.worker)
    if of is not None and proved.organisation != of:
        raise keeper.alarm(Kind.KEY_SUBSTITUTED, organisation=proved.organisation, known=of)
    return Unlocked(proved, secret, told, keys)


async def _prove(
    connection: Connection, address: str, keys: SignInKeys, device: bytes | None, code: str | None
) -> signinanswers.Proved:
    typed = None if code is None else _digits(code)
    body = {"address": address, "auth": keys.auth, "device": device, "code": typed}
    try:
        return await connection.post("/v1/sign-in/prove", body, signinanswers.Proved)
    except Refused as refused:
        if refused.code == "code-needed":
            raise CodeNeeded from refused
        if refused.code == "code-wrong":
            raise CodeWrong from refused
        if refused.status in (401, 403, 404):
            raise WrongWords from refused
        raise


def _digits(code: str) -> str:
    """However the code was typed. Raises CodeWrong for what no mail can have held."""
    digits = "".join(each for each in code if not each.isspace() and each != "-")
    if len(digits) != CODE_DIGITS or not (digits.isascii() and digits.isdigit()):
        raise CodeWrong("A code has eight digits. Look at the newest mail.")
    return digits


async def _begin(connection: Connection, trust: Trust, unlocked: Unlocked) -> None:
    proved = unlocked.proved
    signature = sign_session(trust.hub, proved.session, proved.nonce, unlocked.secret.signing)
    body = {"session": proved.session, "signature": signature}
    token = await connection.post("/v1/sign-in/finish", body, signinanswers.Token)
    connection.use(token.token)


async def end_session(connection: Connection) -> None:
    """End the session at the hub, if it can be reached; forget it here in any case."""
    try:
        await connection.delete("/v1/sessions/current")
    except (Refused, Away):
        pass
    finally:
        connection.use(None)


async def _set_up(
    connection: Connection,
    trust: Trust,
    unlocked: Unlocked,
    name: str,
    folder: Path | None,
    clock: Callable[[], int],
    keeper: EvidenceKeeper,
    device: bytes | None,
) -> Desk:
    proved, address = unlocked.proved, unlocked.address
    me = Me(proved.worker, proved.organisation, address, name or address, unlocked.secret, device)
    return await _desk_of(connection, trust, me, folder, clock, keeper)


async def resume(
    connection: Connection,
    trust: Trust,
    me: Me,
    token: bytes,
    folder: Path | None,
    clock: Callable[[], int],
) -> Desk:
    """Go on with a session whose secret somebody has kept in memory. Everything is checked as at a sign-in.

    Raises:
        Refused (401): the session has ended. NotReady, Away, Alarm.
    """
    connection.use(token)
    keeper = EvidenceKeeper(folder / "evidence" if folder else None)
    return await _desk_of(connection, trust, me, folder, clock, keeper)


async def _desk_of(
    connection: Connection,
    trust: Trust,
    me: Me,
    folder: Path | None,
    clock: Callable[[], int],
    keeper: EvidenceKeeper,
) -> Desk:
    secret = me.secret
    place = hashlib.sha256(trust.hub.encode() + b"\x00" + me.worker).hexdigest()[:32]
    state = LocalState(folder / place if folder else None, secret.pins)
    pins = Pins(me.worker, secret.pins, state, keeper)
    await pins.load(connection)
    authority = Authority(trust, keeper)
    await authority.refresh(connection, pins.root, pins.root_digest if pins.root else b"")
    pins.pin_root(authority.root.number, authority.trust.digest)
    directory = Directory(connection, authority, pins, keeper, clock)
    await _check_own_keys(directory, me, keeper)
    _check_own_organisation(directory, me, pins, keeper)
    keys = OrganisationKeys(connection, directory, me.organisation, me.worker, secret, keeper)
    log = AccessLog(connection, lambda: authority, pins, keeper, Unproved(state))
    log.take_up()
    desk = Desk(connection, clock, authority, directory, me, keys, pins, log, state, keeper)
    await log.check()
    return desk


async def _check_own_keys(directory: Directory, me: Me, keeper: EvidenceKeeper) -> None:
    """Public keys are made again from the secret, and must be the ones that were signed for."""
    try:
        await directory.know([me.organisation])
    except Refused as refused:
        raise NotReady("Your manager has not admitted you yet. Tell them your five words.") from refused
    member = directory.organisation(me.organisation).members.get(me.worker)
    if member is None:
        raise NotReady("Your manager has not admitted you yet. Tell them your five words.")
    if (member.signing_key, member.box_key) != (me.secret.signing.public, me.secret.box.public):
        raise keeper.alarm(Kind.OWN_KEYS_DIFFER, signing_key=member.signing_key, box_key=member.box_key)


def _check_own_organisation(directory: Directory, me: Me, pins: Pins, keeper: EvidenceKeeper) -> None:
    """Once the authority has vouched for the own organisation, it stays the one with that beginning. Before
    that (its founder waits for it) one may sign in; nothing is sealed without an accreditation."""
    genesis = directory.organisation(me.organisation).genesis
    if pins.own not in (None, (me.organisation, genesis)):
        raise keeper.alarm(Kind.KEY_SUBSTITUTED, organisation=me.organisation, shown=genesis)
    if directory.vouched(me.organisation):
        pins.pin_own(me.organisation, genesis)
    elif pins.own is not None:
        raise keeper.alarm(Kind.NOT_ACCREDITED, organisation=me.organisation, shown=genesis)
