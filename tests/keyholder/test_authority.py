"""The authority: offline keys in files, roots that follow each other, accreditations signed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from crypto.accreditation import succeed
from crypto.errors import CryptoError
from keyholder.authority import AuthorityKeys, Trust, publish
from keyholder.connection import Connection
from keyholder.errors import LocalTrouble
from tests.keyholder.world import World


def test_a_key_is_kept_for_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    keys = AuthorityKeys.generate()
    keys.write(tmp_path / "authority.key")

    assert AuthorityKeys.read(tmp_path / "authority.key").key.public == keys.key.public
    assert (tmp_path / "authority.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(LocalTrouble):
        keys.write(tmp_path / "authority.key")


@pytest.mark.parametrize("fault", ["missing", "short", "open to others"])
def test_a_key_file_that_is_not_one_is_refused(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "authority.key"
    if fault != "missing":
        path.write_bytes(bytes(31 if fault == "short" else 32))
        path.chmod(0o600 if fault == "short" else 0o644)

    with pytest.raises(LocalTrouble):
        AuthorityKeys.read(path)


def test_two_of_three_keys_sign_a_root_together() -> None:
    keys, hub = [AuthorityKeys.generate() for _ in range(3)], [AuthorityKeys.generate() for _ in range(2)]
    packed = keys[0].root(
        "hub.example", [hub[0].key.public], [hub[1].key.public], at=1, threshold=2, others=keys[1:]
    )

    assert Trust.read(packed).root.threshold == 2


async def test_a_new_root_is_followed_when_old_and_new_keys_signed_it(world: World) -> None:
    newer = AuthorityKeys.generate()
    packed = newer.succeed(world.packed_root, at=world.hub.clock.now, old=[world.keys])
    async with Connection(world.hub.url) as connection:
        await publish(connection, "root", packed)

    await world.vcu.manager.sync()

    assert world.vcu.manager.desk.authority.root.number == 2
    assert world.vcu.manager.desk.authority.trust.fingerprint == Trust.read(packed).fingerprint


async def test_accreditations_are_signed_again_under_a_new_root_and_history_holds(world: World) -> None:
    ours, _ = await world.shared_circle()
    await ours.post("Before the new root.")
    first, newer = world.packed_root, AuthorityKeys.generate()
    packed = newer.succeed(first, at=world.hub.clock.now, old=[world.keys])
    async with Connection(world.hub.url) as connection:
        await publish(connection, "root", packed)
        for house in (world.vcu, world.shelter):
            again = newer.sign_again(packed, house.accreditation)
            await publish(connection, "accreditation", again)

    end = await world.again(world.vcu)
    await end.circle(ours.id).post("After it.")

    assert end.legal_name == "Harbour"
    assert len(await end.circle(ours.id).read()) == 5


def test_a_root_that_nobody_old_signed_is_no_successor() -> None:
    one, other = AuthorityKeys.generate(), AuthorityKeys.generate()
    hub = [AuthorityKeys.generate().key.public for _ in range(2)]
    root = one.root("hub.example", hub[:1], hub[1:], at=1)
    false = other.succeed(root, at=2, old=[])

    with pytest.raises(CryptoError):
        succeed(Trust.read(root).signed, Trust.read(false).signed)
