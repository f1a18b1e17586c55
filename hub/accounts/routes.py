"""HTTP of accounts: sign-in, sessions, and what is one's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from hub.accounts import codes, drafts, passkeys, pin_halves, service, sign_in
from hub.accounts.codes import CodeNeeded, CodeWrong, Door
from hub.accounts.schemas import (
    PINS_MAX,
    AddPasskey,
    ChangeWords,
    FinishSignIn,
    ForgetPin,
    ProveSignIn,
    PutPins,
    PutProfile,
    SetPin,
    SignInByPasskey,
    SignInByPin,
    StartKit,
    StartSignIn,
)
from hub.kernel import bodies
from hub.kernel.access import Member, Public, SignedIn
from hub.kernel.dispatch import rendered
from hub.kernel.limits import Rate
from hub.kernel.refusals import Refused
from hub.kernel.replies import Reply
from hub.kernel.requests import Request
from hub.kernel.routes import route
from policies.limits import Rate as Bound
from policies.limits import limits


def _rate(bound: Bound, by: str) -> Rate:
    return Rate(bound.count, bound.seconds, by="address" if by == "address" else "proof")


RATES = limits().rates
BY_ADDRESS = _rate(RATES.sign_in_address, "address")
BY_ACCOUNT = _rate(RATES.sign_in_account, "proof")
BY_PROOF = _rate(RATES.sign_in_proof, "proof")
CODES_TO_ACCOUNT = _rate(RATES.codes_account, "proof")
CODES_TO_MAIL = _rate(RATES.codes_mail, "proof")
DRAFT_MAX = limits().drafts.size_max

AnyRequest = Request[ProveSignIn] | Request[ChangeWords] | Request[SignInByPasskey]


@contextmanager
def _counted(request: AnyRequest, name: bytes) -> Iterator[None]:
    """Every try counts against the name, known or not, before it is looked at; a wrong one once more."""
    key = hashlib.sha256(name).digest()
    request.spend(BY_ACCOUNT, "sign-in-account", key)
    try:
        yield
    except sign_in.NotProved:
        request.spend(BY_PROOF, "sign-in-proof", key)
        raise


@route("POST", "/v1/sign-in/start", access=Public(), body=StartSignIn, rate=BY_ADDRESS, limit=1024)
async def start(request: Request[StartSignIn]) -> Reply:
    async with request.read() as unit:
        return Reply(await sign_in.start(unit, request.hub, request.body.address))


@route("POST", "/v1/sign-in/prove", access=Public(), body=ProveSignIn, rate=BY_ADDRESS, limit=1024)
async def prove(request: Request[ProveSignIn]) -> Reply:
    with _counted(request, request.body.address.encode()):
        async with request.read() as unit:
            account = await sign_in.proved(unit, request.hub, request.body)
    challenge = None
    async with request.write() as unit:
        door, tries_left = await codes.knock(unit, request.hub, account, request.body, request.now)
        if door is Door.OPEN:
            challenge = await sign_in.challenge(unit, account, request.now)
    if challenge is not None:
        return Reply(challenge)
    if door is Door.SHUT:
        raise CodeWrong("Look at the newest mail, and type it again.", tries_left=tries_left)
    await _send_code(request, account.worker, account.mail)
    raise CodeNeeded("Type the code from the newest mail.")


async def _send_code(request: Request[ProveSignIn], worker: bytes, mail: str) -> None:
    """Counted only where one leaves. Raises TooMany."""
    async with request.read() as unit:
        if await codes.is_under_way(unit, worker, request.now):
            return
    request.spend(CODES_TO_ACCOUNT, "sign-in-code", worker)
    request.spend(CODES_TO_MAIL, "sign-in-code-mail", hashlib.sha256(mail.encode()).digest())
    async with request.write() as unit:
        await codes.send(unit, request.hub, worker, request.now)


@route("POST", "/v1/sign-in/passkey", access=Public(), body=SignInByPasskey, rate=BY_ADDRESS, limit=4096)
async def prove_passkey(request: Request[SignInByPasskey]) -> Reply:
    with _counted(request, b"passkey " + request.body.credential):
        async with request.read() as unit:
            found = await passkeys.proved(unit, request.hub, request.body)
    async with request.write() as unit:
        challenge = await passkeys.challenge(unit, found, request.now)
    return Reply(challenge)


@route("POST", "/v1/sign-in/pin", access=Public(), body=SignInByPin, rate=BY_ADDRESS, limit=1024)
async def prove_pin(request: Request[SignInByPin]) -> Reply:
    request.spend(BY_ACCOUNT, "sign-in-pin", hashlib.sha256(request.body.device).digest())
    async with request.write() as unit:
        answer = await pin_halves.attempt(unit, request.body, request.now)
    if isinstance(answer, Refused):
        raise answer
    return Reply(answer)


@route("POST", "/v1/sign-in/kit", access=Public(), body=StartKit, rate=BY_ADDRESS, limit=1024)
async def start_kit(request: Request[StartKit]) -> Reply:
    async with request.write() as unit:
        challenge = await sign_in.challenge_kit(unit, request.hub, request.body.organisation, request.now)
    return Reply(challenge)


@route("POST", "/v1/sign-in/finish", access=Public(), body=FinishSignIn, rate=BY_ADDRESS, limit=1024)
async def finish(request: Request[FinishSignIn]) -> Reply:
    async with request.write() as unit:
        started = await sign_in.finish(unit, request.hub, request.body, request.now)
    if started is None:
        raise sign_in.NotProved("Start again.")
    return Reply(started, status=201)


@route("DELETE", "/v1/sessions/current", access=SignedIn())
async def sign_out(request: Request[None]) -> Reply:
    async with request.write() as unit:
        await service.sign_out(unit, request.hub, request.caller, everywhere=False)
    return Reply()


@route("DELETE", "/v1/sessions", access=SignedIn())
async def sign_out_everywhere(request: Request[None]) -> Reply:
    async with request.write() as unit:
        await service.sign_out(unit, request.hub, request.caller, everywhere=True)
    return Reply()


@route("GET", "/v1/me", access=SignedIn())
async def me(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await service.me(unit, request.caller))


@route("PUT", "/v1/me/words", access=Member(), body=ChangeWords, limit=4096)
async def change_words(request: Request[ChangeWords]) -> Reply:
    with _counted(request, request.caller.worker):
        async with request.write() as unit:
            await service.change_words(unit, request.hub, request.caller, request.body, request.now)
    return Reply()


@route("GET", "/v1/me/pins", access=SignedIn())
async def read_pins(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await service.read_pins(unit, request.caller.worker))


@route("PUT", "/v1/me/pins", access=SignedIn(), body=PutPins, limit=PINS_MAX * 4 // 3 + 1024)
async def put_pins(request: Request[PutPins]) -> Reply:
    async with request.write() as unit:
        return Reply(await service.put_pins(unit, request.caller.worker, request.body))


@route("PUT", "/v1/me/profile", access=SignedIn(), body=PutProfile, limit=8192)
async def put_profile(request: Request[PutProfile]) -> Reply:
    async with request.write() as unit:
        await service.put_profile(unit, request.caller, request.body)
    return Reply()


@route("POST", "/v1/me/passkeys", access=SignedIn(), body=AddPasskey, limit=8192)
async def add_passkey(request: Request[AddPasskey]) -> Reply:
    async with request.write() as unit:
        added = await passkeys.add(unit, request.hub, request.caller, request.body, request.now)
    return Reply(added, status=201)


@route("GET", "/v1/me/passkeys", access=SignedIn())
async def list_passkeys(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await passkeys.mine(unit, request.caller))


@route("DELETE", "/v1/me/passkeys/{credential:hash}", access=SignedIn())
async def remove_passkey(request: Request[None]) -> Reply:
    async with request.write() as unit:
        await passkeys.remove(unit, request.hub, request.caller, request.id("credential"), request.now)
    return Reply()


@route("PUT", "/v1/me/pin", access=SignedIn(), body=SetPin, limit=1024)
async def set_pin(request: Request[SetPin]) -> Reply:
    async with request.write() as unit:
        half = await pin_halves.put(unit, request.caller, request.body, request.now)
    return Reply(half)


@route("POST", "/v1/me/pin/forget", access=Public(), body=ForgetPin, rate=BY_ADDRESS, limit=1024)
async def forget_pin(request: Request[ForgetPin]) -> Reply:
    async with request.write() as unit:
        await pin_halves.forget(unit, request.body.device)
    return Reply()


@route("PUT", "/v1/me/drafts/{slot:hash}", access=SignedIn(), raw=True)
async def put_draft(request: Request[None]) -> web.StreamResponse:
    sealed = b"".join([chunk async for chunk in bodies.chunks(request.web, DRAFT_MAX)])
    async with request.write() as unit:
        await drafts.put(unit, request.caller, request.id("slot"), sealed, request.now)
    return rendered(Reply())


@route("GET", "/v1/me/drafts/{slot:hash}", access=SignedIn())
async def read_draft(request: Request[None]) -> Reply:
    async with request.read() as unit:
        return Reply(await drafts.read(unit, request.caller, request.id("slot"), request.now))


@route("DELETE", "/v1/me/drafts/{slot:hash}", access=SignedIn())
async def discard_draft(request: Request[None]) -> Reply:
    async with request.write() as unit:
        await drafts.discard(unit, request.caller, request.id("slot"))
    return Reply()


ROUTES = (
    start,
    prove,
    prove_passkey,
    prove_pin,
    start_kit,
    finish,
    sign_out,
    sign_out_everywhere,
    me,
    change_words,
    read_pins,
    put_pins,
    put_profile,
    add_passkey,
    list_passkeys,
    remove_passkey,
    set_pin,
    forget_pin,
    put_draft,
    read_draft,
    discard_draft,
)
