"""Vectors for circles: one story, and at each point what is refused there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from crypto import accreditation as authority
from crypto import entries, facts
from crypto.entries import Entry, Kind
from tests.crypto.build import DAY, MINUTE, START, House, Person, World, seed, some_id
from tests.vectors.form import Case, Keep, Shared, case
from tests.vectors.make_chains import event, signed
from tests.vectors.make_entries import a_release, stored
from tests.vectors.story import Story


def circle_cases(keep: Keep) -> tuple[str, Shared, list[Case]]:
    """A circle's story, and at each point what is refused there."""
    story = Story()
    for chapter in (_opening, _places, _invitations, _content, _rules, _epochs, _endings, _withdrawal):
        chapter(story)
    shared: Shared = {
        "root": signed(story.world.signed_root),
        "chains": {
            f"{house.name} {length}": [event(e) for e in house.events[:length]]
            for house in story.world.houses.values()
            for length in range(1, len(house.events) + 1)
        },
        "accreditations": [signed(document) for document in story.world.signed.values()],
        "withdrawals": story_withdrawals(story),
        "entries": {name: stored(entry) for name, entry in story.pool.items()},
    }
    return "SPEC 10: circles; every entry of a log but the last holds", shared, story.cases


def story_withdrawals(story: Story) -> list[Any]:
    """The story's withdrawals as they travel."""
    return [
        signed(authority.sign("withdrawal", gone, story.world.keys[:2])) for gone in story.world.withdrawn
    ]


def _opening(story: Story) -> None:
    world, unit = story.world, story.unit
    story.cases.append(case("open", "log", chains=story.names(), log=list(story.log)))
    entry = story.pool["open"]
    log, story.log = story.log, []
    header = entries.read_header(entry)
    listing, commitment = header.facts[1][0], header.facts[3]

    def bad(name: str, code: str, house: House = unit, **changes: Any) -> None:
        changed = msgspec.structs.replace(header, **changes)
        story.refuse(name, code, entries.sign_entry(changed, house.manager.secret.signing), log[0][1])

    nonce = header.facts[0]
    bad("open-other-nonce", "forged", facts=(some_id("x"), [listing], [], commitment))
    bad("open-epoch-2", "forged", epoch=2)
    bad("open-other-control-head", "forged", control_head=seed("x"))
    bad("open-lists-another", "not-allowed", facts=(nonce, [_listed(story.partner, world)], [], commitment))
    bad("open-lists-two", "malformed", facts=(nonce, [listing, listing], [], commitment))
    bad(
        "open-other-key",
        "not-allowed",
        facts=(nonce, [[*listing[:3], seed("x"), *listing[4:]]], [], commitment),
    )
    bad(
        "open-other-accreditation",
        "not-allowed",
        facts=(nonce, [[*listing[:4], world.listed[story.second.id], listing[5]]], [], commitment),
    )
    bad("begins-with-a-message", "not-allowed", kind=int(Kind.MESSAGE), facts=(None,))
    partner_header = msgspec.structs.replace(
        header, organisation=story.partner.id, worker=story.partner.manager.id,
        organisation_head=story.partner.chain.head,
        facts=(nonce, [_listed(story.partner, world)], [], commitment),
    )  # fmt: skip
    circle = entries.circle_id(partner_header, nonce)
    head = entries.head_zero(circle)
    partner_header = msgspec.structs.replace(partner_header, circle=circle, control_head=head, seen_head=head)
    story.refuse(
        "open-by-partner", "not-allowed",
        entries.sign_entry(partner_header, story.partner.manager.secret.signing), log[0][1],
    )  # fmt: skip
    story.log = log


def _listed(house: House, world: World) -> list[Any]:
    generation = house.chain.generation
    return [
        house.id,
        house.chain.head,
        generation.number,
        generation.key_hash,
        world.listed[house.id],
        seed("box"),
    ]


def _places(story: Story) -> None:
    """What every entry must name truly."""
    nothing = facts.Message(None)

    def bad(name: str, code: str, **more: Any) -> None:
        story.bad(name, code, Kind.MESSAGE, nothing, **more)

    bad("other-circle", "forged", circle=seed("x"))
    bad("seen-ahead", "forged", seen_seq=2)
    bad("seen-another-history", "forged", seen_head=seed("x"))
    bad("author-prev-missing", "stale", author_prev=entries.NOTHING)
    bad("received-backwards", "forged", at=story.ring.now - 1)
    bad("unknown-organisation-head", "stale", organisation_head=seed("x"))
    bad("organisation-without-a-place", "not-allowed", house=story.partner)
    bad("unknown-organisation", "not-allowed", house=House("Nobody"))
    bad("worker-of-another-organisation", "not-allowed", worker=story.partner.manager.id)
    by = story.partner.manager
    forged = story.ring.entry(Kind.MESSAGE, nothing)
    story.refuse(
        "signed-by-another", "forged", Entry(forged.header, by.secret.signing.sign("entry", forged.header))
    )
    story.refuse("control-kind-from-later", "update-needed", _later_kind(story, 20))
    bad("by-the-kit", "not-allowed", by=story.unit.kit)


def _later_kind(story: Story, kind: int) -> Entry:
    header = story.ring.header(
        kind, story.unit, story.unit.manager, facts.Message(None), sealed_hash=seed("b")
    )
    return entries.sign_entry(header, story.unit.manager.secret.signing)


def _invitations(story: Story) -> None:
    ring, partner, other = story.ring, story.partner, story.other
    said = ring.invitation(partner)

    def bad(name: str, code: str, given: Any = said, **more: Any) -> None:
        story.bad(name, code, Kind.INVITE, given, **more)

    listing = said.listing
    replace = msgspec.structs.replace
    bad("invite-other-key", "not-allowed", replace(said, listing=replace(listing, key_hash=seed("x"))))
    bad("invite-other-generation", "not-allowed", replace(said, listing=replace(listing, generation=2)))
    bad("invite-unknown-head", "stale", replace(said, listing=replace(listing, head=seed("x"))))
    bad(
        "invite-not-accredited",
        "not-allowed",
        replace(said, listing=replace(listing, accreditation=seed("x"))),
    )
    bad(
        "invite-under-another-name",
        "not-allowed",
        replace(said, listing=replace(listing, accreditation=story.world.listed[other.id])),
    )
    bad("invite-owner-again", "not-allowed", ring.invitation(story.unit))
    bad("invite-body-boxes-too-few", "not-allowed", replace(said, body_boxes=said.body_boxes[:1]))
    bad(
        "invite-history-of-this-epoch", "not-allowed", replace(said, history=(facts.KeyedHash(1, seed("b")),))
    )
    bad("control-head-not-current", "stale", control_head=seed("x"))
    bad("control-epoch-not-current", "stale", epoch=2)
    story.bad("open-again", "not-allowed", Kind.OPEN, facts.Open(some_id("x"), (listing,), (), seed("c")))
    invite = story.good("invite", Kind.INVITE, said)
    story.bad("invite-twice", "not-allowed", Kind.INVITE, ring.invitation(partner))
    story.bad("message-by-invited", "not-allowed", Kind.MESSAGE, facts.Message(None), partner)
    story.bad("accept-another-invite", "not-allowed", Kind.ACCEPT, facts.Accept(seed("x")), partner)
    story.bad("accept-by-uninvited", "not-allowed", Kind.ACCEPT, facts.Accept(invite), other)
    story.bad("accept-by-owner", "not-allowed", Kind.ACCEPT, facts.Accept(invite))
    head = partner.events[0].head
    story.bad(
        "accept-under-earlier-head",
        "stale",
        Kind.ACCEPT,
        facts.Accept(invite),
        partner,
        organisation_head=head,
    )
    story.good("accept", Kind.ACCEPT, facts.Accept(invite), partner, story.ann)
    story.bad("accept-again", "not-allowed", Kind.ACCEPT, facts.Accept(invite), partner, story.ann)
    story.bad(
        "invite-by-member", "not-allowed", Kind.INVITE, ring.invitation(other, story.ann), partner, story.ann
    )
    refused = story.good("invite-other", Kind.INVITE, ring.invitation(other))
    story.good("decline-leaves-a-debt", Kind.DECLINE, facts.Decline(refused, 2), other)
    story.bad("decline-again", "not-allowed", Kind.DECLINE, facts.Decline(refused, 2), other)
    story.good("rekey-after-decline", Kind.REKEY, ring.new_epoch(), partner, story.ann)


def _content(story: Story) -> None:
    partner, ann = story.partner, story.ann
    story.good("message", Kind.MESSAGE, facts.Message(None), partner, ann)
    story.good("message-under-earlier-control-head-of-epoch", Kind.MESSAGE, facts.Message(None))
    story.good("kind-from-later", 99, facts.Message(None), partner, ann)
    story.refuse("replayed", "stale", story.pool["message"])
    story.bad(
        "withheld-then-inserted",
        "stale",
        Kind.MESSAGE,
        facts.Message(None),
        partner,
        ann,
        author_prev=story.pool["accept"].hash,
    )
    story.bad("old-epoch", "stale", Kind.MESSAGE, facts.Message(None), epoch=1)
    old = story.pool["invite-other"].hash
    story.bad("control-head-of-old-epoch", "stale", Kind.MESSAGE, facts.Message(None), control_head=old)
    story.bad("by-a-reviewer", "not-allowed", Kind.MESSAGE, facts.Message(None), partner, story.reader)
    for name, kind, said in (
        ("plan", Kind.PLAN, facts.Plan(None)),
        ("details", Kind.DETAILS, facts.Details(None)),
    ):
        story.bad(f"{name}-by-member", "not-allowed", kind, said, partner, ann)
        story.good(name, kind, said)


def _rules(story: Story) -> None:
    """The table: owner only, holds, handover, grant, release."""
    ring, unit, partner = story.ring, story.unit, story.partner
    listing = ring.circle.members[partner.id]
    grant = facts.Grant(partner.id, 1, listing.key_hash, (facts.KeyedHash(1, seed("b")),), ())
    replace = msgspec.structs.replace
    release = a_release(story.world, story.police)
    for name, kind, said in (
        ("grant", Kind.GRANT, grant),
        ("hold", Kind.HOLD, facts.Hold(some_id("hold"), True, 1)),
        ("handover", Kind.HANDOVER, facts.Handover(unit.id)),
        ("release", Kind.RELEASE, release),
        ("close", Kind.CLOSE, facts.Close(1)),
        ("reopen", Kind.REOPEN, facts.Reopen(1)),
        ("erase", Kind.ERASE, facts.Erase(seed("e"), 1)),
    ):
        story.bad(f"{name}-by-member", "not-allowed", kind, said, partner)
    story.bad("grant-to-stranger", "not-allowed", Kind.GRANT, replace(grant, organisation=story.other.id))
    story.bad("grant-under-other-key", "not-allowed", Kind.GRANT, replace(grant, key_hash=seed("x")))
    story.bad("grant-of-nothing", "not-allowed", Kind.GRANT, replace(grant, epochs=()))
    story.bad(
        "grant-of-later-epoch",
        "not-allowed",
        Kind.GRANT,
        replace(grant, epochs=(facts.KeyedHash(3, seed("b")),)),
    )
    story.good("grant", Kind.GRANT, grant)
    story.bad("release-under-other-key", "not-allowed", Kind.RELEASE, replace(release, key_hash=seed("x")))
    story.bad(
        "release-to-unaccredited", "not-allowed", Kind.RELEASE, replace(release, accreditation=seed("x"))
    )
    twice = (facts.EntryBox(seed("e"), seed("a")), facts.EntryBox(seed("e"), seed("b")))
    story.bad("release-same-entry-twice", "not-allowed", Kind.RELEASE, replace(release, entries=twice))
    story.good("release", Kind.RELEASE, release)
    story.good("hold", Kind.HOLD, facts.Hold(some_id("hold"), True, 1))
    story.bad("hold-again", "not-allowed", Kind.HOLD, facts.Hold(some_id("hold"), True, 1))
    story.bad("erase-under-hold", "not-allowed", Kind.ERASE, facts.Erase(story.pool["message"].hash, 1))
    story.good("hold-lifted", Kind.HOLD, facts.Hold(some_id("hold"), False, 1))
    story.good("erase", Kind.ERASE, facts.Erase(story.pool["message"].hash, 1))


def _epochs(story: Story) -> None:
    ring, unit, partner, other = story.ring, story.unit, story.partner, story.other
    replace = msgspec.structs.replace
    said = ring.new_epoch()
    by_order = tuple(reversed(said.members))
    stranger = ring.listing(other, 3, ring.circle.control_head)
    more = tuple(sorted((*said.members, stranger), key=lambda listing: listing.organisation))

    def bad(name: str, code: str, given: Any, house: House = partner, **changes: Any) -> None:
        story.bad(name, code, Kind.REKEY, given, house, **changes)

    bad("rekey-drops-a-member", "not-allowed", replace(said, members=said.members[:1]))
    bad("rekey-adds-a-ghost", "not-allowed", replace(said, members=more))
    bad("rekey-out-of-order", "not-allowed", replace(said, members=by_order))
    bad("rekey-skips-an-epoch", "stale", said, epoch=4)
    bad("rekey-removes-another", "not-allowed", ring.new_epoch([unit]))
    bad("rekey-removes-a-stranger", "not-allowed", replace(said, removed=(other.id,)))
    bad("rekey-owner-removes-a-stranger", "not-allowed", replace(said, removed=(other.id,)), unit)
    bad("rekey-owner-removes-itself", "not-allowed", ring.new_epoch([unit]), unit)
    bad("rekey-removal-field-stripped", "not-allowed", replace(ring.new_epoch([partner]), removed=()), unit)
    partner.rotate()
    head = partner.events[-2].head
    story.good("rekey-under-new-generation", Kind.REKEY, ring.new_epoch(), unit)
    now = ring.new_epoch()
    first = partner.chain.generations[0]
    back = [
        replace(listing, head=head, generation=1, key_hash=first.key_hash)
        if listing.organisation == partner.id
        else listing
        for listing in now.members
    ]
    bad("rekey-back-to-an-earlier-generation", "stale", replace(now, members=tuple(back)), unit)
    story.bad(
        "signed-under-superseded-head",
        "stale",
        Kind.MESSAGE,
        facts.Message(None),
        partner,
        organisation_head=head,
    )
    joined = story.good("invite-other-again", Kind.INVITE, ring.invitation(other))
    story.good("accept-other", Kind.ACCEPT, facts.Accept(joined), other)
    story.good("leaver-rekeys-and-owes", Kind.REKEY, ring.new_epoch([other]), other)
    story.bad("message-by-leaver", "not-allowed", Kind.MESSAGE, facts.Message(None), other)
    story.good("rekey-after-leaver", Kind.REKEY, ring.new_epoch(), unit)
    story.good("message-then", Kind.MESSAGE, facts.Message(None), partner)


def _endings(story: Story) -> None:
    ring, unit, second, partner = story.ring, story.unit, story.second, story.partner
    invited = story.good("invite-second", Kind.INVITE, ring.invitation(second))
    story.good("close", Kind.CLOSE, facts.Close(1))
    story.bad("close-again", "not-allowed", Kind.CLOSE, facts.Close(1))
    story.bad("message-when-closed", "not-allowed", Kind.MESSAGE, facts.Message(None), partner)
    story.bad("invite-when-closed", "not-allowed", Kind.INVITE, ring.invitation(story.other))
    story.bad("accept-when-closed", "not-allowed", Kind.ACCEPT, facts.Accept(invited), second)
    story.good("reopen", Kind.REOPEN, facts.Reopen(1))
    story.bad("reopen-again", "not-allowed", Kind.REOPEN, facts.Reopen(1))
    story.good("accept-second", Kind.ACCEPT, facts.Accept(invited), second)
    story.bad("handover-to-stranger", "not-allowed", Kind.HANDOVER, facts.Handover(story.other.id))
    to_partner = story.good("handover-to-partner", Kind.HANDOVER, facts.Handover(partner.id))
    story.bad("partner-may-not-own", "not-allowed", Kind.ACCEPT, facts.Accept(to_partner), partner)
    story.good("handover-declined", Kind.DECLINE, facts.Decline(to_partner, 1), partner)
    offer = story.good("handover", Kind.HANDOVER, facts.Handover(second.id))
    story.bad("handover-accepted-by-another", "not-allowed", Kind.ACCEPT, facts.Accept(offer), partner)
    story.good("handover-accepted", Kind.ACCEPT, facts.Accept(offer), second)
    story.bad("close-by-former-owner", "not-allowed", Kind.CLOSE, facts.Close(1), unit)
    story.bad("details-by-former-owner", "not-allowed", Kind.DETAILS, facts.Details(None), unit)
    gone = partner.admit(Person("Gone"))
    story.good("message-by-gone", Kind.MESSAGE, facts.Message(None), partner, gone)
    head = partner.chain.head
    partner.take(partner.rotating([gone], at=story.ring.now))
    partner.secrets.append(partner._secret(partner.chain.generation.number))
    late = story.ring.now + 16 * MINUTE
    backdated = ring.entry(Kind.MESSAGE, facts.Message(None), partner, gone, organisation_head=head)
    story.refuse("backdated-by-a-removed-worker", "not-allowed", backdated, late)


def _withdrawal(story: Story) -> None:
    """A withdrawal owes a rekey, lets any member leave the withdrawn one out, and undoes no history."""
    ring, unit, partner, second = story.ring, story.unit, story.partner, story.second
    ring.now += 1000
    story.good("rekey-before-withdrawal", Kind.REKEY, ring.new_epoch(), second)
    before = list(story.log)
    story.world.withdraw(partner, START)
    story.cases.append(case("withdrawal-owes-a-rekey", "log", chains=story.names(), log=before))
    story.cases += [
        case(
            "live-withdrawn",
            "live",
            "not-allowed",
            chains=story.names(),
            entry="rekey-before-withdrawal",
            now=ring.now,
        ),
        case("live-grant-superseded", "live", "stale", chains=story.names(), entry="grant", now=ring.now),
        case("live-open", "live", chains=story.names(), entry="open", now=ring.now),
        case("live-invite", "live", chains=story.names(), entry="invite-other", now=ring.now),
        case("live-release", "live", chains=story.names(), entry="release", now=ring.now),
        case("live-message", "live", chains=story.names(), entry="message", now=ring.now),
        case(
            "live-after-expiry",
            "live",
            "not-allowed",
            chains=story.names(),
            entry="open",
            now=START + 3651 * DAY,
        ),
    ]
    story.good("any-member-leaves-the-withdrawn-out", Kind.REKEY, ring.new_epoch([partner]), unit)
    expired = case(
        "expiry-owes-a-rekey", "log", chains=story.names(), log=list(story.log), now=START + 3651 * DAY
    )
    story.cases.append(expired)
    story.bad("message-by-removed", "not-allowed", Kind.MESSAGE, facts.Message(None), partner)


MAKERS: dict[str, Callable[[Keep], tuple[str, Shared, list[Case]]]] = {
    "circles": circle_cases,
}
