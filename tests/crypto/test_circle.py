"""Who is in a circle, who changes that, and when a new key is owed."""

from __future__ import annotations

import msgspec
import pytest

from crypto import circle as control
from crypto import facts, rules
from crypto.accreditation import OrganisationKind
from crypto.circle import Debt
from crypto.entries import Kind, read_header
from crypto.errors import Forged, NotAllowed, Stale
from tests.crypto.build import DAY, START, House, Person, Ring, World, placed, seed, small_world, some_id

NOTHING = facts.Message(None)


def test_a_circle_replays_to_what_it_was_grown_to() -> None:
    _, ring, partner, other = small_world()
    ring.join(other)
    ring.rekey(partner)
    ring.rekey(removed=[other])
    assert ring.replayed().circle == ring.circle
    assert set(ring.circle.members) == {ring.owner.id, partner.id}


def test_an_entry_of_another_circle_is_never_applied() -> None:
    world, ring, _, _ = small_world()
    header = ring.header(Kind.CLOSE, ring.owner, ring.owner.manager, facts.Close(1), circle=bytes(32))
    with pytest.raises(Forged):
        control.apply(ring.circle, header, facts.Close(1), placed(), world)


def test_content_never_passes_for_control() -> None:
    world, ring, _, _ = small_world()
    header = ring.header(Kind.MESSAGE, ring.owner, ring.owner.manager, NOTHING)
    with pytest.raises(NotAllowed):
        control.apply(ring.circle, header, NOTHING, placed(), world)


def test_a_circle_has_room_for_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_CIRCLE_MEMBERS", 2)
    _, ring, _, other = small_world()
    with pytest.raises(NotAllowed, match="full"):
        ring.invite(other)


def test_a_worker_of_two_organisations_that_name_them_alike_can_write_in_each() -> None:
    world, ring, partner, other = small_world()
    ring.join(other)
    twin, same = Person("twin"), Person("twin", attempt=2)
    partner.admit(twin)
    other.admit(same)
    ring.say(partner, twin)
    ring.say(other, same)
    ring.say(partner, twin)
    assert world.houses[other.id].chain.members[twin.id] != partner.chain.members[twin.id]


def test_an_invitation_in_force_counts_as_a_place_but_not_as_a_voice() -> None:
    _, ring, _, other = small_world()
    ring.invite(other)
    assert ring.circle.listing(other.id) is not None
    assert ring.circle.listing(some_id("nobody")) is None
    with pytest.raises(NotAllowed):
        ring.say(other)


class TestDebts:
    """A rekey is owed whenever the key in force is held or made by someone who should not."""

    def test_none_is_owed_in_an_orderly_circle(self) -> None:
        world, ring, _, other = small_world()
        assert control.debts(ring.circle, world, ring.now) == []
        ring.invite(other)
        assert control.debts(ring.circle, world, ring.now) == []

    def test_a_new_generation_owes_one_until_anyone_rekeys(self) -> None:
        world, ring, partner, _ = small_world()
        partner.rotate()
        assert control.debts(ring.circle, world, ring.now) == [Debt(partner.id, "superseded")]
        ring.rekey(partner)
        assert control.debts(ring.circle, world, ring.now) == []

    def test_an_expired_accreditation_owes_one(self) -> None:
        world, ring, partner, _ = small_world()
        later = START + 3651 * DAY
        assert Debt(partner.id, "lapsed") in control.debts(ring.circle, world, later)

    def test_a_decline_owes_one_because_a_box_was_made(self) -> None:
        world, ring, partner, other = small_world()
        invited = ring.invite(other)
        ring.post(Kind.DECLINE, facts.Decline(invited.placed.hash, 1), other)
        assert control.debts(ring.circle, world, ring.now) == [Debt(other.id, "left")]
        ring.rekey(partner)
        assert control.debts(ring.circle, world, ring.now) == []

    def test_a_leavers_own_rekey_owes_another_because_the_leaver_made_the_key(self) -> None:
        world, ring, partner, _ = small_world()
        ring.rekey(partner, removed=[partner])
        assert control.debts(ring.circle, world, ring.now) == [Debt(partner.id, "left")]
        ring.rekey()
        assert control.debts(ring.circle, world, ring.now) == []

    def test_a_replaced_accreditation_is_listed_by_the_next_rekey(self) -> None:
        world, ring, partner, _ = small_world()
        world.withdraw(partner, START)
        assert control.debts(ring.circle, world, ring.now) == [Debt(partner.id, "lapsed")]
        world.accredit(partner, valid_from=START)
        ring.rekey(partner)
        assert control.debts(ring.circle, world, ring.now) == []


class TestLapses:
    """A lapse stops the one it is about, and undoes nothing that was right when it was done."""

    def test_a_withdrawal_dated_back_breaks_no_history(self) -> None:
        world, ring, partner, _ = small_world()
        ring.rekey()
        world.withdraw(partner, START)
        assert ring.replayed().circle == ring.circle

    def test_any_member_leaves_a_withdrawn_one_out_and_only_that_one(self) -> None:
        world, ring, partner, other = small_world()
        ring.join(other)
        third = world.house("Third")
        ring.join(third)
        world.withdraw(partner, ring.now)
        with pytest.raises(NotAllowed):
            ring.rekey(other, removed=[partner, third])
        ring.rekey(other, removed=[partner])
        assert partner.id not in ring.circle.members

    def test_only_the_owner_lists_someone_under_an_accreditation_that_ends_sooner(self) -> None:
        world, ring, partner, other = small_world()
        ring.join(other)
        world.accredit(partner, valid_to=ring.now + DAY)
        with pytest.raises(NotAllowed, match="ends sooner"):
            ring.rekey(other)
        ring.rekey(ring.owner)
        assert partner.id in ring.circle.members

    def test_a_leaver_may_leave_a_lapsed_one_out_as_well(self) -> None:
        world, ring, partner, other = small_world()
        ring.join(other)
        world.withdraw(partner, ring.now)
        ring.rekey(other, removed=[other, partner])
        assert set(ring.circle.members) == {ring.owner.id}

    def test_a_member_may_leave_out_an_invited_organisation_that_was_withdrawn(self) -> None:
        world, ring, partner, other = small_world()
        ring.invite(other)
        world.withdraw(other, ring.now)
        ring.rekey(partner, removed=[other])
        assert ring.circle.pending == {}

    def test_an_organisation_whose_listed_accreditation_expired_does_not_join(self) -> None:
        world, ring, _, other = small_world()
        world.accredit(other, valid_to=ring.now + DAY)
        invited = ring.invite(other)
        accept = ring.entry(Kind.ACCEPT, facts.Accept(invited.placed.hash), other)
        with pytest.raises(NotAllowed):
            ring.log.extend(accept, ring.now + DAY, world)
        world.accredit(other)
        ring.rekey()
        ring.post(Kind.ACCEPT, facts.Accept(ring.circle.pending[other.id].hash), other)
        assert other.id in ring.circle.members

    def test_an_accreditation_of_another_genesis_is_nobodys(self) -> None:
        world, ring, _, other = small_world()
        world.accredit(other, genesis=seed("x"))
        with pytest.raises(NotAllowed):
            ring.invite(other)
        listing = ring.listing(other, 1, ring.circle.control_head)
        assert not control.accredited(listing, world, ring.now)

    def test_an_owner_that_is_accredited_as_another_kind_cannot_be_listed_as_owner(self) -> None:
        world, ring, partner, _ = small_world()
        world.accredit(ring.owner, OrganisationKind.PARTNER)
        with pytest.raises(NotAllowed, match="victim care unit"):
            ring.rekey(partner)


class TestHandover:
    """A circle is taken over by accepting, and by nobody else."""

    def _ring(self) -> tuple[Ring, House, House]:
        world, ring, partner, _ = small_world()
        second = world.house("Second Unit", OrganisationKind.VCU)
        ring.join(second)
        return ring, second, partner

    def test_removing_the_receiver_ends_the_offer(self) -> None:
        ring, second, _ = self._ring()
        ring.post(Kind.HANDOVER, facts.Handover(second.id))
        ring.rekey(removed=[second])
        assert ring.circle.handover is None

    def test_an_offer_outlives_a_rekey(self) -> None:
        ring, second, partner = self._ring()
        offer = ring.post(Kind.HANDOVER, facts.Handover(second.id))
        ring.rekey(partner)
        ring.post(Kind.ACCEPT, facts.Accept(offer.placed.hash), second)
        assert ring.circle.owner == second.id
        ring.rekey(second, removed=[ring.owner])

    def test_it_is_offered_to_another_member(self) -> None:
        ring, _, _ = self._ring()
        with pytest.raises(NotAllowed):
            ring.post(Kind.HANDOVER, facts.Handover(ring.owner.id))


def test_a_joiner_gets_earlier_epochs_with_the_invitation_only_as_listed() -> None:
    _, ring, partner, other = small_world()
    ring.rekey(partner)
    history = (facts.KeyedHash(1, seed("box")),)
    twice = history * 2
    with pytest.raises(NotAllowed):
        ring.post(Kind.INVITE, ring.invitation(other, history=twice))
    ring.post(Kind.INVITE, ring.invitation(other, history=history))


def test_a_grant_of_single_entries_names_each_once() -> None:
    _, ring, partner, _ = small_world()
    said = ring.say()
    listing = ring.circle.members[partner.id]
    one = facts.EntryBox(said.placed.hash, seed("box"))
    grant = facts.Grant(partner.id, 1, listing.key_hash, (), (one, one))
    with pytest.raises(NotAllowed):
        ring.post(Kind.GRANT, grant)
    ring.post(Kind.GRANT, msgspec.structs.replace(grant, entries=(one,)))


def test_a_grant_goes_to_the_key_the_member_is_listed_with_and_a_lapsed_member_gets_none() -> None:
    world, ring, partner, _ = small_world()
    partner.rotate()
    generation = partner.chain.generation
    epochs = (facts.KeyedHash(1, seed("box")),)
    with pytest.raises(NotAllowed):
        ring.post(Kind.GRANT, facts.Grant(partner.id, 2, generation.key_hash, epochs, ()))
    ring.rekey()
    grant = facts.Grant(partner.id, 2, generation.key_hash, epochs, ())
    control.check_live(grant, world, ring.now)
    partner.rotate()
    with pytest.raises(Stale):
        control.check_live(grant, world, ring.now)


def test_whoever_never_was_accredited_is_unknown() -> None:
    world = World()
    stranger = House("Stranger")
    world.houses[stranger.id] = stranger
    unit = world.house("Unit", OrganisationKind.VCU)
    ring = Ring(world, unit)
    world.listed[stranger.id] = seed("no accreditation")
    with pytest.raises(NotAllowed):
        ring.invite(stranger)


def test_nobody_opens_a_circle_in_anothers_name() -> None:
    world, ring, _, _ = small_world()
    second = world.house("Second Unit", OrganisationKind.VCU)
    opening = read_header(ring.taken[0][0])
    said = facts.Open(ring.nonce, (ring.listing(second, 1, opening.control_head),), (), seed("commitment"))
    with pytest.raises(NotAllowed, match="opened by its owner"):
        control.apply(None, opening, said, placed(), world)


def test_a_removal_names_each_once_and_in_order() -> None:
    _, ring, partner, other = small_world()
    ring.join(other)
    said = ring.new_epoch([partner, other])
    for removed in (said.removed[::-1], said.removed + said.removed[1:]):
        with pytest.raises(NotAllowed, match="each once, in order"):
            ring.post(Kind.REKEY, msgspec.structs.replace(said, removed=removed))
    ring.post(Kind.REKEY, said)
    assert set(ring.circle.members) == {ring.owner.id}
