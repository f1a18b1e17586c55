"""The SQL of accounts, enrolment and sessions. Every statement is built once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, bindparam, delete, func, literal, literal_column, or_, select, tuple_, update

from storage.statements import insert_ignore, upsert
from storage.tables.accounts import (
    accounts,
    challenges,
    codes,
    devices,
    drafts,
    invitations,
    passkeys,
    pin_halves,
    pins,
    replacements,
    sessions,
    sign_in_names,
    standings,
)

a, r, s, i = accounts.c, replacements.c, sessions.c, invitations.c
d, c, k, h, f = devices.c, codes.c, passkeys.c, pin_halves.c, drafts.c


def _p(name: str) -> Any:
    return bindparam(f"p_{name}")


# Sessions
READ_SESSION = (
    select(
        s.session,
        s.worker,
        s.signing_key,
        s.seen_at,
        s.ends_at,
        a.organisation,
        a.role,
        a.state,
        standings.c.kind,
    )
    .join_from(sessions, accounts, and_(a.worker == s.worker, a.signing_key == s.signing_key))
    .outerjoin(
        standings,
        and_(
            standings.c.organisation == a.organisation,
            standings.c.valid_from <= _p("now"),
            standings.c.valid_to > _p("now"),
        ),
    )
    .where(s.token_hash == _p("token_hash"))
)
TOUCH_SESSION = (
    update(sessions).where(s.session == _p("session"), s.seen_at < _p("now")).values(seen_at=_p("now"))
)
ADD_SESSION = sessions.insert()
SESSION = select(s.ends_at).where(s.session == _p("session"))
SESSIONS_OF = select(s.session).where(s.worker == _p("worker")).order_by(s.made_at.desc(), s.session)
END_SESSION = delete(sessions).where(s.session == _p("session"))
END_SESSIONS_OF = delete(sessions).where(s.worker == _p("worker"))
END_OLD_SESSIONS = delete(sessions).where(
    s.session.in_(select(s.session).where(or_(s.ends_at <= _p("now"), s.seen_at <= _p("idle"))).limit(500))
)
ADD_CHALLENGE = challenges.insert()
TAKE_CHALLENGE = (
    delete(challenges)
    .where(challenges.c.session == _p("session"))
    .returning(challenges.c.nonce, challenges.c.worker, challenges.c.organisation, challenges.c.expires_at)
)
DROP_CHALLENGES = delete(challenges).where(challenges.c.worker == _p("worker"))
END_OLD_CHALLENGES = delete(challenges).where(
    challenges.c.session.in_(
        select(challenges.c.session).where(challenges.c.expires_at <= _p("now")).limit(500)
    )
)

# Accounts
BY_ADDRESS = select(
    a.worker, a.organisation, a.salt, a.auth_hash, a.wrapped, a.wrap_version, a.state, a.mail
).where(a.address == _p("address"), a.state != literal("removed"))
ACCOUNT = select(accounts).where(a.worker == _p("worker"))
LOCKED_ACCOUNT = ACCOUNT.with_for_update()
KITS = (
    select(a.worker, a.signing_key)
    .where(a.organisation == _p("organisation"), a.role == literal("kit"), a.state == literal("admitted"))
    .order_by(a.worker)
    .limit(8)
)
ADD_ACCOUNT = accounts.insert()
OLD_WAITING = (
    select(a.worker)
    .where(a.state == literal("waiting"), a.changed_at <= _p("before"))
    .order_by(a.changed_at)
    .limit(100)
    .with_for_update(skip_locked=True)
)
DROP_WAITING = delete(accounts).where(a.worker == _p("worker"), a.state == literal("waiting"))
SET_STATE = (
    update(accounts)
    .where(a.worker == _p("worker"))
    .values(state=_p("state"), role=_p("role"), changed_at=_p("now"))
)
REMOVE = (
    update(accounts)
    .where(a.worker == _p("worker"))
    .values(
        state=literal("removed"),
        address=None,
        salt=None,
        auth_hash=None,
        wrapped=None,
        profile_box=None,
        mail=None,
        changed_at=_p("now"),
    )
)
SWAP = (
    update(accounts)
    .where(a.worker == _p("worker"))
    .values(
        {
            name: _p(name)
            for name in (
                "role",
                "address",
                "signing_key",
                "box_key",
                "salt",
                "auth_hash",
                "wrapped",
                "wrap_version",
                "profile_box",
                "invitation",
                "mail",
            )
        }
        | {"state": literal("admitted"), "changed_at": _p("now")}
    )
)
SET_WORDS = (
    update(accounts)
    .where(a.worker == _p("worker"), a.auth_hash == _p("old_hash"), a.wrap_version == _p("old_version"))
    .values(
        salt=_p("salt"),
        auth_hash=_p("auth_hash"),
        wrapped=_p("wrapped"),
        wrap_version=_p("wrap_version"),
        changed_at=_p("now"),
    )
)
SET_PROFILE = update(accounts).where(a.worker == _p("worker")).values(profile_box=_p("profile_box"))
COLLEAGUES = (
    select(a.worker, a.role, a.state, a.address, a.profile_box)
    .where(a.organisation == _p("organisation"), a.worker > _p("after"), a.role != literal("kit"))
    .order_by(a.worker)
    .limit(_p("limit"))
)
ADMITTED = select(a.worker).where(a.organisation == _p("organisation"), a.state == literal("admitted"))
HOW_MANY = select(func.count()).where(a.organisation == _p("organisation"), a.state != literal("removed"))

# Replacements of words
REPLACEMENT = select(replacements).where(r.worker == _p("worker"))
ADD_REPLACEMENT = replacements.insert()
OLD_REPLACEMENTS = (
    select(r.worker, a.address)
    .join_from(replacements, accounts, a.worker == r.worker)
    .where(r.made_at <= _p("before"))
    .order_by(r.made_at)
    .limit(100)
    .with_for_update(of=replacements, skip_locked=True)
)
DROP_REPLACEMENT = delete(replacements).where(r.worker == _p("worker"))

_SHOWN = ("worker", "invitation", "address", "signing_key", "box_key", "profile_box", "role")
_waiting = (
    select(*(a[name] for name in _SHOWN), literal(0).label("replaces"))
    .where(a.organisation == _p("organisation"), a.worker > _p("after"), a.state == literal("waiting"))
    .union_all(
        select(*(r[name] for name in _SHOWN), literal(1).label("replaces")).where(
            r.organisation == _p("organisation"), r.worker > _p("after")
        )
    )
    .subquery("waiting")
)
WAITING = select(_waiting).order_by(_waiting.c.worker).limit(_p("limit"))

# Sign-in names
TAKE_NAME = insert_ignore(sign_in_names, on=["address"])
NAME_OWNER = select(sign_in_names.c.worker).where(sign_in_names.c.address == _p("address"))
DROP_NAMES_OF = delete(sign_in_names).where(sign_in_names.c.worker == _p("worker"))
DROP_LEFT_NAMES = delete(sign_in_names).where(
    sign_in_names.c.worker == _p("worker"),
    sign_in_names.c.address != _p("has"),
    sign_in_names.c.address != _p("waits_for"),
)
DROP_OTHER_NAMES = delete(sign_in_names).where(
    sign_in_names.c.worker == _p("worker"), sign_in_names.c.address != _p("address")
)

# Invitations
ADD_INVITATION = invitations.insert()
INVITATION = select(invitations).where(i.token_hash == _p("token_hash"))
LOCKED_INVITATION = INVITATION.with_for_update()
COMPLETE = (
    update(invitations)
    .where(i.invitation == _p("invitation"), i.worker.is_(None))
    .values(worker=_p("worker"), content_hash=_p("content_hash"), organisation=_p("organisation"))
)
END_OLD_INVITATIONS = delete(invitations).where(
    i.invitation.in_(select(i.invitation).where(i.expires_at <= _p("before")).limit(500))
)

# Pins
PINS = select(pins.c.version, pins.c.sealed).where(pins.c.worker == _p("worker"))
FIRST_PINS = insert_ignore(pins, on=["worker"])
NEXT_PINS = (
    update(pins)
    .where(pins.c.worker == _p("worker"), pins.c.version == _p("before"))
    .values(version=_p("version"), sealed=_p("sealed"))
)
DROP_PINS = delete(pins).where(pins.c.worker == _p("worker"))

# What the authority's word about an organisation means for its people
DROP_STANDINGS = delete(standings).where(standings.c.organisation == _p("organisation"))
ADD_STANDING = standings.insert()

# Devices that need no code
REMEMBER_DEVICE = upsert(devices, on=["worker", "device"], take=["used_at"])
USE_DEVICE = (
    update(devices).where(d.worker == _p("worker"), d.device == _p("device")).values(used_at=_p("now"))
)
DROP_SURPLUS_DEVICES = delete(devices).where(
    d.worker == _p("worker"),
    d.device.in_(
        select(d.device)
        .where(d.worker == _p("worker"))
        .order_by(d.used_at.desc(), d.made_at.desc(), d.device)
        .offset(_p("kept"))
        .limit(1000)
    ),
)
DROP_DEVICES = delete(devices).where(d.worker == _p("worker"))
END_OLD_DEVICES = delete(devices).where(
    tuple_(d.worker, d.device).in_(select(d.worker, d.device).where(d.used_at <= _p("before")).limit(500))
)

# Codes from the mail
PUT_CODE = upsert(codes, on=["worker"], take=["code", "tries_left", "made_at", "expires_at"])
PENDING_CODE = select(c.made_at).where(c.worker == _p("worker"), c.tries_left > 0, c.expires_at > _p("now"))
TRY_CODE = (
    update(codes)
    .where(c.worker == _p("worker"), c.tries_left > 0, c.expires_at > _p("now"))
    .values(tries_left=c.tries_left - 1)
    .returning(c.code, c.tries_left)
)
"""Counts before anybody looks at what was typed: of tries at the same moment each counts."""
DROP_CODE = delete(codes).where(c.worker == _p("worker"))
END_OLD_CODES = delete(codes).where(
    c.worker.in_(select(c.worker).where(c.expires_at <= _p("now")).limit(500))
)

# Passkeys
PASSKEY = (
    select(
        k.worker,
        k.auth_hash,
        k.wrapped,
        k.wrap_version,
        k.credential_hash,
        a.organisation,
        a.address,
        a.state,
    )
    .join_from(passkeys, accounts, a.worker == k.worker)
    .where(k.credential_hash == _p("credential_hash"), a.state != literal("removed"))
)
ADD_PASSKEY = upsert(
    passkeys,
    on=["credential_hash"],
    take=["auth_hash", "wrapped", "wrap_version", "label_box"],
    where=k.worker == literal_column("excluded.worker"),
)
USE_PASSKEY = update(passkeys).where(k.credential_hash == _p("credential_hash")).values(used_at=_p("now"))
PASSKEYS_OF = (
    select(k.credential_hash, k.credential, k.label_box, k.made_at, k.used_at)
    .where(k.worker == _p("worker"))
    .order_by(k.made_at, k.credential_hash)
)
DROP_PASSKEY = delete(passkeys).where(k.worker == _p("worker"), k.credential_hash == _p("credential_hash"))
DROP_PASSKEYS = delete(passkeys).where(k.worker == _p("worker"))

# The hub's halves of what PINs open
PUT_HALF = upsert(
    pin_halves, on=["device"], take=["worker", "half", "check_hash", "tries_left", "expires_at"]
)
TRY_PIN = (
    update(pin_halves)
    .where(h.device == _p("device"), h.tries_left > 0, h.expires_at > _p("now"))
    .values(tries_left=h.tries_left - 1)
    .returning(h.worker, h.half, h.check_hash, h.tries_left)
)
"""As `TRY_CODE`."""
RENEW_TRIES = update(pin_halves).where(h.device == _p("device")).values(tries_left=_p("tries"))
DROP_HALF = delete(pin_halves).where(h.device == _p("device"))
DROP_HALVES = delete(pin_halves).where(h.worker == _p("worker"))
DROP_SURPLUS_HALVES = delete(pin_halves).where(
    h.worker == _p("worker"),
    h.device.in_(
        select(h.device)
        .where(h.worker == _p("worker"))
        .order_by(h.expires_at.desc(), h.device)
        .offset(_p("kept"))
        .limit(1000)
    ),
)
END_OLD_HALVES = delete(pin_halves).where(
    h.device.in_(select(h.device).where(h.expires_at <= _p("now")).limit(500))
)

# Sealed drafts
DRAFT = select(f.sealed).where(f.worker == _p("worker"), f.slot == _p("slot"), f.changed_at > _p("before"))
PUT_DRAFT = upsert(drafts, on=["worker", "slot"], take=["sealed", "changed_at"])
HOW_MANY_DRAFTS = select(func.count()).where(f.worker == _p("worker"), f.slot != _p("slot"))
DROP_DRAFT = delete(drafts).where(f.worker == _p("worker"), f.slot == _p("slot"))
DROP_DRAFTS = delete(drafts).where(f.worker == _p("worker"))
DROP_STALE_DRAFTS_OF = delete(drafts).where(f.worker == _p("worker"), f.changed_at <= _p("before"))
END_OLD_DRAFTS = delete(drafts).where(
    tuple_(f.worker, f.slot).in_(select(f.worker, f.slot).where(f.changed_at <= _p("before")).limit(500))
)
