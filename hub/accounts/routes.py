"""HTTP of accounts: sign-in, sessions, and what is one's own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from hub.accounts import service, sign_in
from hub.accounts.schemas import (
    PINS_MAX,
    ChangeWords,
    FinishSignIn,
    ProveSignIn,
    PutPins,
    StartKit,
    StartSignIn,
)
from hub.kernel.access import Member, Public, SignedIn
from hub.kernel.limits import Rate
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


AnyRequest = Request[ProveSignIn] | Request[ChangeWords]


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
    async with request.write() as unit:
        challenge = await sign_in.challenge(unit, account, request.now)
    return Reply(challenge)


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


ROUTES = (
    start,
    prove,
    start_kit,
    finish,
    sign_out,
    sign_out_everywhere,
    me,
    change_words,
    read_pins,
    put_pins,
)
