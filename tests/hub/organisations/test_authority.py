"""The authority's word: whom this hub belongs to, who is accredited, and what ends that."""

from typing import Any

import msgspec
import pytest

from crypto import accreditation as authority
from crypto.accreditation import OrganisationKind
from crypto.encoding import pack
from crypto.signing import SigningKey
from hub.organisations import service
from hub.organisations.authority import NotThisHub
from tests.crypto.build import DAY, seed
from tests.hub.build import HubWorld, Team, b64, raw
from tests.hub.running import RunningHub


async def directory(team: Team) -> list[Any]:
    found: list[Any] = (await team.worker.good("GET", "/v1/organisations"))["items"]
    return found


async def stands(hub: RunningHub, team: Team) -> tuple[str | None, bool]:
    """(kind as the hub's features see it, whether the worker's session counts as accredited)"""
    caller = await hub.hub.sessions(hub.database, team.worker.token or b"", hub.clock.now)
    assert caller is not None
    async with hub.database.read() as unit:
        return await service.accreditation_kind(unit, team.id, hub.clock.now), caller.accredited


@pytest.mark.parametrize("wrong", ["hub", "receipt_keys", "checkpoint_keys"])
async def test_the_operator_cannot_trust_a_root_of_another_hub(hub: RunningHub, wrong: str) -> None:
    world = HubWorld(hub)
    change: dict[str, Any] = {wrong: "elsewhere" if wrong == "hub" else (SigningKey(seed("x")).public,)}
    with pytest.raises(NotThisHub):
        async with hub.database.write() as unit:
            await service.trust(unit, hub.hub, pack(world.sign_root(**change)), hub.clock.now)
    assert (await hub.ask("GET", "/v1/authority")).body == {"roots": []}


async def test_the_first_root_is_the_operators_and_a_second_first_one_is_refused(
    hub: RunningHub, world: HubWorld
) -> None:
    await world.trust()
    answer = await hub.ask("GET", "/v1/authority")
    assert [raw(signed) for signed in answer.body["roots"]] == [pack(world.signed_root)]
    assert (await hub.ask("GET", "/v1/authority?after=1")).body == {"roots": []}
    world.signed_root = world.sign_root(threshold=3)
    with pytest.raises(Exception, match="authority already"):
        await world.trust()
    assert (await world.post("root", world.signed_root)).status == 409


async def test_without_an_authority_nobody_is_accredited(hub: RunningHub) -> None:
    world = HubWorld(hub)
    team = await world.found("Harbour VCU", OrganisationKind.VCU)
    answer = await world.post("accreditation", world.accreditation(team))
    assert (answer.status, answer.body["code"]) == (409, "no-authority")


async def test_a_new_root_follows_the_old_one(hub: RunningHub, world: HubWorld) -> None:
    fresh = [SigningKey(seed(f"newer {number}")) for number in range(3)]
    change = {
        "number": 2,
        "previous": authority.digest(world.signed_root),
        "keys": tuple(key.public for key in fresh),
    }
    second = msgspec.structs.replace(authority.verify_root(world.signed_root), **change)
    alone = authority.sign("root", second, fresh)
    assert (await world.post("root", alone)).status == 400
    both = authority.sign("root", second, [*world.keys[:2], *fresh])
    skipped = authority.sign("root", msgspec.structs.replace(second, number=3), [*world.keys, *fresh])
    assert (await world.post("root", skipped)).status == 409
    for _ in range(2):
        assert (await world.post("root", both)).status == 204
    assert len((await hub.ask("GET", "/v1/authority")).body["roots"]) == 2
    team = await world.found("Harbour VCU", OrganisationKind.VCU)
    assert (await world.post("accreditation", world.accreditation(team))).status == 400
    world.keys = fresh
    assert (await world.post("accreditation", world.accreditation(team))).status == 204


async def test_what_an_old_root_signed_is_signed_again_and_only_then_replaced(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    async def kept() -> list[bytes]:
        page = await team.worker.good("GET", f"/v1/organisations/{team.id.hex()}/chain")
        return [raw(signed) for signed in page["accreditations"]]

    assert team.accreditation is not None
    other_signers = authority.sign("accreditation", authority.verify_accreditation(
        authority.verify_root(world.signed_root), team.accreditation), world.keys[1:])  # fmt: skip
    assert (await world.post("accreditation", other_signers)).status == 204
    assert await kept() == [pack(team.accreditation)]

    fresh = [SigningKey(seed(f"newer {number}")) for number in range(3)]
    root = authority.verify_root(world.signed_root)
    document = authority.verify_accreditation(root, team.accreditation)
    second = msgspec.structs.replace(
        root,
        number=2,
        previous=authority.digest(world.signed_root),
        keys=tuple(key.public for key in fresh),
    )
    await world.post("root", authority.sign("root", second, [*world.keys, *fresh]))
    again = authority.sign("accreditation", document, fresh)
    for _ in range(2):
        assert (await world.post("accreditation", again)).status == 204
    assert await kept() == [pack(again)]
    assert await stands(hub, team) == ("vcu", True)


async def test_only_the_accredited_stand_in_the_directory(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    other = await world.found("Safe Steps", OrganisationKind.PARTNER)
    [item] = await directory(team)
    assert (raw(item["organisation"]), item["kind"]) == (team.id, "vcu")
    assert (item["legal_name"], item["generation"]) == (team.house.name, 1)
    assert raw(item["head"]) == team.house.chain.head
    for _ in range(2):
        await world.accredit(other)
    assert len(await directory(team)) == 2


async def test_the_directory_comes_in_pages(world: HubWorld, team: Team) -> None:
    ids = {team.id}
    for number in range(4):
        other = await world.found(f"Partner {number}", OrganisationKind.PARTNER)
        await world.accredit(other)
        ids.add(other.id)
    seen: list[bytes] = []
    after = ""
    while True:
        page = await team.worker.good("GET", f"/v1/organisations?limit=2{after}")
        seen += [raw(item["organisation"]) for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == sorted(ids)


async def test_a_lapse_takes_standing_and_leaves_sign_in(
    hub: RunningHub, world: HubWorld, team: Team
) -> None:
    assert await stands(hub, team) == ("vcu", True)
    hub.clock.move(days=3650)
    await team.worker.sign_in()
    assert await stands(hub, team) == (None, False)
    assert await directory(team) == []
    assert (await team.worker.good("GET", "/v1/me"))["state"] == "admitted"


async def test_a_withdrawal_holds_from_its_moment(hub: RunningHub, world: HubWorld, team: Team) -> None:
    withdrawal = world.withdrawal(team, hub.clock.now + 60_000)
    for _ in range(2):
        assert (await world.post("withdrawal", withdrawal)).status == 204
    assert await stands(hub, team) == ("vcu", True)
    hub.clock.move(minutes=1)
    assert await stands(hub, team) == (None, False)
    assert await directory(team) == []
    chain = await team.worker.good("GET", f"/v1/organisations/{team.id.hex()}/chain")
    assert [raw(signed) for signed in chain["withdrawals"]] == [pack(withdrawal)]
    async with hub.database.read() as unit:
        known = await service.directory(unit, [team.id, bytes(16)], hub.clock.now)
    assert [document.accreditation for document in known.withdrawals(team.id)] == [team.listed]
    assert known.accreditation(team.listed).legal_name == team.house.name
    assert known.organisation(team.id).head == team.house.chain.head


async def test_a_directory_knows_nothing_it_was_not_asked_for(hub: RunningHub, team: Team) -> None:
    from crypto.errors import NotAllowed

    async with hub.database.read() as unit:
        known = await service.directory(unit, [], hub.clock.now)
    for ask in (known.organisation, known.accreditation):
        with pytest.raises(NotAllowed):
            ask(team.id)
    assert list(known.withdrawals(team.id)) == []


async def test_documents_that_do_not_hold_are_refused(hub: RunningHub, world: HubWorld, team: Team) -> None:
    good = world.accreditation(team, valid_to=hub.clock.now + DAY)
    lone = authority.Signed(good.payload, good.signatures[:1])
    stranger = authority.sign("accreditation", authority.verify_accreditation(
        authority.verify_root(world.signed_root), good), [SigningKey(seed("x"))])  # fmt: skip
    other_type = authority.Signed(good.payload, world.withdrawal(team, 1).signatures)
    for document in (lone, stranger, other_type):
        answer = await world.post("accreditation", document)
        assert (answer.status, answer.body["code"]) == (400, "forged")
    assert (await world.post("accreditation", world.accreditation(team, genesis=bytes(32)))).status == 403
    unknown = world.accreditation(team, organisation=bytes(16))
    assert (await world.post("accreditation", unknown)).status == 404
    assert (await world.post("withdrawal", good)).status == 400
    for junk in (b"\x00", b"\x82\x40\x80", bytes(1000), pack(good) + b"\x00", pack(good)[:-1]):
        body = {"kind": "accreditation", "signed": b64(junk)}
        assert (await hub.ask("POST", "/v1/authority/documents", body)).status == 400


async def test_a_withdrawal_of_anothers_accreditation_is_refused(world: HubWorld, team: Team) -> None:
    other = await world.found("Safe Steps", OrganisationKind.PARTNER)
    await world.accredit(other)
    mixed = authority.Withdrawal(1, other.id, team.listed, 1, 1)
    answer = await world.post("withdrawal", authority.sign("withdrawal", mixed, world.keys))
    assert answer.status == 404
