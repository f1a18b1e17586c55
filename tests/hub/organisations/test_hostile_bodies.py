"""Whatever is sent to these three features, the answer is a plain refusal and nothing is stored by it."""

import copy
import random
from collections.abc import Iterator
from typing import Any

import pytest

from crypto.accreditation import OrganisationKind
from hub.accounts import service as accounts
from tests.crypto.build import House, Person
from tests.hub.audit.reading import opened
from tests.hub.build import (
    End,
    HubWorld,
    Team,
    address_of,
    b64,
    event_body,
    founding_body,
    statement_json,
    token_of,
)
from tests.hub.running import RunningHub

VALUES: list[Any] = [
    None, True, -1, 0, 2**63, 1e308, "", "A", "=", "\x00", "𝕏" * 50, [], {}, [[]], [None] * 3,
    b64(b""), b64(bytes(15)), b64(bytes(16)), b64(bytes(32)), b64(bytes(64)), b64(bytes(5000)),
]  # fmt: skip


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def changed(body: Any, chance: random.Random) -> Any:
    """The body with one place replaced, dropped, doubled, or cut."""
    where = chance.choice(list(places(body)))
    if not where:
        return chance.choice(VALUES)
    made = copy.deepcopy(body)
    holder = made
    for key in where[:-1]:
        holder = holder[key]
    value = holder[where[-1]]
    match chance.randrange(4):
        case 0:
            del holder[where[-1]]
        case 1:
            holder[where[-1]] = [value, value]
        case 2 if isinstance(value, str) and len(value) > 8:
            cut = chance.randrange(len(value))
            holder[where[-1]] = value[:cut] + chance.choice("AQz+/=.") + value[cut + 1 :]
        case _:
            holder[where[-1]] = chance.choice(VALUES)
    return made


async def bodies(world: HubWorld, team: Team) -> list[tuple[str, str, Any, bytes | None]]:
    """A good body for each route that takes one: (method, path, body, token)."""
    hub, end, manager = world.running, team.worker, team.manager
    here = f"/v1/organisations/{team.id.hex()}"
    ann = await world.enrol(team, "Ann")
    event = team.house.admitting(ann.person, at=hub.clock.now)
    challenge = (await end.prove()).body
    kit = await world.kit(team)
    link = await world.invite(team)
    eve = End(hub, team.house, Person("Eve"), "eve-herself", "e@x.example")
    house = House("Newer", at=hub.clock.now, real=True)
    founder = End(hub, house, house.manager, "newer-manager", "n@x.example")
    async with hub.database.write() as unit:
        founders_link = token_of(await accounts.invite_founder(unit, hub.hub, founder.mail, hub.clock.now))
    words = {name: value for name, value in end.credentials().items() if name in WORDS}
    passkey = words | {"credential": b64(bytes(20)), "label_box": b64(bytes(60))}
    del passkey["salt"]
    right = {"address": end.address, "auth": b64(end.sign_in_keys.auth)}
    wrong_code = right | {"device": b64(bytes(32)), "code": "1234 5678"}
    said = opened(end)
    return [
        ("POST", "/v1/sign-in/start", {"address": end.address}, None),
        ("POST", "/v1/sign-in/prove", {"address": end.address, "auth": b64(bytes(32))}, None),
        ("POST", "/v1/sign-in/kit", {"organisation": b64(team.id)}, None),
        ("POST", "/v1/sign-in/finish", {"session": challenge["session"], "signature": b64(bytes(64))}, None),
        ("PUT", "/v1/me/words", words | {"old_auth": b64(bytes(32))}, end.token),
        ("POST", "/v1/sign-in/prove", wrong_code, None),
        ("POST", "/v1/sign-in/passkey", {"credential": b64(bytes(20)), "auth": b64(bytes(32))}, None),
        ("POST", "/v1/sign-in/pin", {"device": b64(bytes(32)), "check": b64(bytes(32))}, None),
        ("POST", "/v1/me/pin/forget", {"device": b64(bytes(32))}, None),
        ("PUT", "/v1/me/pin", {"device": b64(bytes(32)), "check": b64(bytes(32))}, end.token),
        ("PUT", "/v1/me/profile", {"profile_box": b64(bytes(1200))}, end.token),
        ("POST", "/v1/me/passkeys", passkey, end.token),
        ("PUT", "/v1/me/pins", {"version": 7, "sealed": b64(b"x")}, end.token),
        ("POST", "/v1/enrolments/look", {"token": b64(link)}, None),
        ("POST", "/v1/enrolments", founding_body(founder, founders_link), None),
        ("POST", "/v1/enrolments", {"token": b64(link), **eve.credentials()}, None),
        ("POST", "/v1/recovery/enrolments", {**end.credentials(), "mail": "a@x.example"}, kit),
        ("POST", f"{here}/events", event_body(team.house, event) | {"boxes": []}, manager.token),
        ("POST", f"{here}/invitations", {"mail": "a@x.example", "role": "worker"}, end.token),
        ("POST", "/v1/authority/documents", {"kind": "root", "signed": b64(bytes(200))}, None),
        ("POST", "/v1/statements", {"statements": [statement_json(said)] * 2}, end.token),
    ]


GOOD_ANYWAY = (
    "/v1/sign-in/start",
    "/v1/sign-in/kit",
    "/v1/enrolments/look",
    "/v1/enrolments",
    "/v1/me/pins",
    "/v1/me/pin",
    "/v1/me/pin/forget",
    "/v1/me/passkeys",
    "/v1/me/profile",
    "/v1/statements",
)
"""Routes that rightly take some bodies which differ from the good one."""
WORDS = ("salt", "auth", "wrapped", "wrap_version")


@pytest.mark.parametrize("turn", range(2))
async def test_no_body_brings_the_hub_down(small_hub: RunningHub, turn: int) -> None:
    small_hub.hub.buckets._factor = 0  # rates have tests of their own
    world = HubWorld(small_hub)
    await world.trust()
    team = await world.team("Harbour VCU", OrganisationKind.VCU)
    assert address_of(team.worker.person) == team.worker.address
    chance = random.Random(turn)
    for method, path, body, token in await bodies(world, team):
        for _ in range(60):
            sent = changed(body, chance)
            answer = await small_hub.ask(method, path, sent, token=token)
            assert answer.status < 500, (path, sent, answer.body)
            assert answer.status >= 400 or path in GOOD_ANYWAY, (path, sent, answer.body)
    chain = await team.worker.good("GET", f"/v1/organisations/{team.id.hex()}/chain")
    assert chain["length"] == 2
    assert (await team.worker.ask("GET", "/v1/me")).status == 200


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b"\xff\xfe", b'{"address":"\\ud800"}', b"null"])
async def test_what_is_no_json_is_refused(small_hub: RunningHub, text: bytes) -> None:
    answer = await small_hub.ask(
        "POST", "/v1/sign-in/start", text, headers={"Content-Type": "application/json"}
    )
    assert answer.status in (400, 413)
