"""The control chain as a machine: whatever members do, in whatever order, the rules keep their promises."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from crypto import circle as control
from crypto import facts
from crypto.accreditation import OrganisationKind
from crypto.entries import Kind
from crypto.errors import CryptoError
from tests.crypto.build import START, House, Ring, World, seed, some_id

NUMBERS = some.integers(0, 4)


class CircleMachine(RuleBasedStateMachine):
    """Five organisations, two of which may own circles."""

    @initialize()
    def begin(self) -> None:
        """Everybody is accredited; the first opens the circle."""
        self.world = World()
        kinds = [OrganisationKind.VCU, OrganisationKind.VCU, *[OrganisationKind.PARTNER] * 3]
        self.houses = [self.world.house(f"House {n}", kind) for n, kind in enumerate(kinds)]
        self.ring = Ring(self.world, self.houses[0])
        self.released: dict[int, set[bytes]] = {1: {self.houses[0].id}}
        """epoch -> who was given its key: at once to members, to an invited one when it accepts."""

    def _owner(self) -> House:
        return self.world.houses[self.ring.circle.owner]

    def _try(self, kind: int, said: Any, house: House, expected: bool, **more: Any) -> bool:
        """Post; it holds exactly if ``expected``. A refusal changes nothing."""
        before = (self.ring.log.copy(), self.ring.circle)
        entry = self.ring.entry(kind, said, house, **more)
        try:
            self.ring.take(entry)
        except CryptoError:
            assert not expected
            assert (self.ring.log, self.ring.circle) == before
            return False
        assert expected
        return True

    @rule(by=NUMBERS, whom=NUMBERS)
    def invite(self, by: int, whom: int) -> None:
        """Only the owner invites, and nobody twice."""
        circle, guest, author = self.ring.circle, self.houses[whom], self.houses[by]
        expected = author.id == circle.owner and not circle.closed and not circle.listing(guest.id)
        self._try(Kind.INVITE, self.ring.invitation(guest, author.manager), author, expected)

    @rule(by=NUMBERS, answer=some.sampled_from([Kind.ACCEPT, Kind.DECLINE]))
    def answer(self, by: int, answer: Kind) -> None:
        """Only who was invited answers."""
        circle, guest = self.ring.circle, self.houses[by]
        invited = circle.pending.get(guest.id)
        named = invited.hash if invited else seed("nothing")
        expected = invited is not None and not (circle.closed and answer == Kind.ACCEPT)
        said: Any = facts.Accept(named) if answer == Kind.ACCEPT else facts.Decline(named, 1)
        if self._try(answer, said, guest, expected) and answer == Kind.ACCEPT:
            self.released[circle.epoch.number].add(guest.id)

    @rule(by=NUMBERS, gone=some.sets(NUMBERS, max_size=2))
    def rekey(self, by: int, gone: set[int]) -> None:
        """Any member makes a new epoch; the owner removes others, anyone itself, nobody the owner."""
        circle, author = self.ring.circle, self.houses[by]
        removed = [self.houses[number] for number in gone]
        ids = {house.id for house in removed}
        here = {*circle.members, *circle.pending}
        expected = author.id in circle.members and ids <= here and circle.owner not in ids
        expected = expected and (author.id == circle.owner or ids <= {author.id})
        keys = list(self.ring.keys)
        if self._try(Kind.REKEY, self.ring.new_epoch(removed), author, expected):
            self.released[self.ring.circle.epoch.number] = {*self.ring.circle.members, author.id}
        else:
            self.ring.keys = keys

    @rule(whom=NUMBERS)
    def rotate(self, whom: int) -> None:
        """An organisation takes a new generation."""
        self.houses[whom].rotate()

    @rule(by=NUMBERS)
    def say(self, by: int) -> None:
        """Members speak while the circle is open."""
        circle, author = self.ring.circle, self.houses[by]
        listed = circle.members.get(author.id)
        expected = listed is not None and not circle.closed
        self._try(Kind.MESSAGE, facts.Message(None), author, expected)

    @rule(by=NUMBERS)
    def close_or_reopen(self, by: int) -> None:
        """The owner alone."""
        circle, author = self.ring.circle, self.houses[by]
        said: Any = facts.Reopen(1) if circle.closed else facts.Close(1)
        kind = Kind.REOPEN if circle.closed else Kind.CLOSE
        self._try(kind, said, author, author.id == circle.owner)

    @rule(by=NUMBERS, whom=NUMBERS)
    def hand_over(self, by: int, whom: int) -> None:
        """The owner offers, the receiver takes; only a victim care unit may."""
        circle, author, receiver = self.ring.circle, self.houses[by], self.houses[whom]
        expected = author.id == circle.owner and receiver.id in circle.members and author != receiver
        if not self._try(Kind.HANDOVER, facts.Handover(receiver.id), author, expected):
            return
        offer = self.ring.taken[-1][0].hash
        if self._try(Kind.ACCEPT, facts.Accept(offer), receiver, whom < 2):
            assert self.ring.circle.owner == receiver.id

    @rule(
        by=NUMBERS, field=some.sampled_from(["control_head", "circle", "epoch", "author_prev", "seen_head"])
    )
    def misplace(self, by: int, field: str) -> None:
        """An entry that names another place is refused."""
        wrong: Any = 99 if field == "epoch" else seed("wrong")
        author = self.houses[by]
        self._try(Kind.CLOSE, facts.Close(1), author, False, **{field: wrong})

    @rule(by=NUMBERS, on=some.booleans())
    def hold(self, by: int, on: bool) -> None:
        """The owner alone, and only if it changes something."""
        circle, author = self.ring.circle, self.houses[by]
        expected = author.id == circle.owner and on != (some_id("hold") in circle.holds)
        self._try(Kind.HOLD, facts.Hold(some_id("hold"), on, 1), author, expected)

    @invariant()
    def the_owner_is_a_member(self) -> None:
        """Always."""
        assert self.ring.circle.owner in self.ring.circle.members
        assert not set(self.ring.circle.members) & set(self.ring.circle.pending)

    @invariant()
    def whoever_holds_the_key_is_here_or_a_rekey_is_owed(self) -> None:
        """Boxes are exactly for members and invited; what differs is a debt."""
        circle = self.ring.circle
        owed = control.debts(circle, self.world, self.ring.now)
        here = {*circle.members, *circle.pending}
        holders = set(circle.epoch.holders)
        assert here <= holders
        assert {debt.organisation for debt in owed if debt.why == "left"} == (
            {*holders, circle.epoch.maker} - here
        )
        knows = self.released[circle.epoch.number]
        assert knows <= here or owed
        assert set(circle.members) <= knows

    @invariant()
    def what_is_superseded_is_owed(self) -> None:
        """Exactly those whose chain moved on."""
        circle = self.ring.circle
        owed = control.debts(circle, self.world, self.ring.now)
        old = {
            org
            for org, (listing, _) in circle.epoch.holders.items()
            if circle.listing(org) and self.world.houses[org].chain.generation.number != listing.generation
        }
        assert {debt.organisation for debt in owed if debt.why == "superseded"} == old
        assert not [debt for debt in owed if debt.why == "lapsed"]

    def teardown(self) -> None:
        """A new reader comes to the same end."""
        if hasattr(self, "ring"):
            assert self.ring.replayed().circle == self.ring.circle
            assert self.ring.now > START


TestCircleMachine = CircleMachine.TestCase
TestCircleMachine.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
