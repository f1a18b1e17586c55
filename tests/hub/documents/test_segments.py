"""The hashes of segments: kept beside the object for whoever may read it, and gone when it goes."""

import base64

import pytest

from crypto.merkle import root_of
from crypto.private import content, documents
from crypto.segments import LEAD, PREFIX, SEGMENT, SegmentTree, count
from hub.documents import segments
from policies.limits import limits
from storage.blobs import NotFound
from tests.hub.build import b64, raw
from tests.hub.circles.ends import Author
from tests.hub.documents.moving import Stored, begin, finish, posted, put, ticket
from tests.hub.documents.test_moving import circle_of_two
from tests.hub.running import Answer, RunningHub


async def listed(author: Author, given: Answer) -> Answer:
    return await author.end.ask("GET", f"/v1/tickets/{raw(given.body['ticket']).hex()}/segments")


def test_the_hub_counts_segments_as_an_end_cuts_them() -> None:
    assert len(PREFIX) + content.HEADER == LEAD
    assert SEGMENT == 64 * (content.CHUNK + content.TAG)
    for size in (1, 63, 64, 65, 64 + SEGMENT - 1, 64 + SEGMENT, 65 + SEGMENT, 64 + 2 * SEGMENT):
        tree = SegmentTree()
        tree.update(bytes(size))
        assert count(size) * 32 == len(tree.hashes()), size


async def test_a_reader_gets_the_list_that_was_sent(hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(hub)
    stored = Stored(size=2 * SEGMENT + 1000)
    await posted(circle, friend, stored)
    answer = await listed(owner, await ticket(circle, owner, stored, 0, 100))
    assert answer.status == 200
    assert answer.body == stored.segments
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert len(stored.segments) == 32 * 4


async def test_only_the_session_that_has_the_ticket_reads_it(small_hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(small_hub)
    stored = Stored()
    await posted(circle, friend, stored)
    given = await ticket(circle, owner, stored)
    assert (await listed(friend, given)).status == 404
    nobody = await small_hub.ask("GET", f"/v1/tickets/{raw(given.body['ticket']).hex()}/segments")
    assert nobody.status == 401


@pytest.mark.parametrize("sent", [b"", bytes(31), bytes(32), bytes(33), bytes(96)])
async def test_there_is_one_hash_for_each_segment(small_hub: RunningHub, sent: bytes) -> None:
    circle, _, friend = await circle_of_two(small_hub)
    stored = Stored(size=5000)
    upload = (await begin(circle, friend, stored)).body["upload"]
    await put(friend, upload, 1, stored.data)
    refused = await finish(friend, upload, stored, segments=base64.b64encode(sent).decode())
    assert refused.status == 400
    if sent:
        assert (refused.body["code"], refused.body["segments"]) == ("wrong-segments", 2)
    assert (await finish(friend, upload, stored)).status == 200, "the upload goes on"


async def test_the_largest_list_can_be_sent() -> None:
    most = count(limits().documents.sealed_max)
    assert most <= 10_000
    assert 4 * most * 32 / 3 < 512 * 1024


async def test_it_goes_with_its_object(hub: RunningHub) -> None:
    circle, _, friend = await circle_of_two(hub)
    stored = Stored()
    upload = raw((await begin(circle, friend, stored)).body["upload"])
    await put(friend, b64(upload), 1, stored.data)
    assert (await finish(friend, b64(upload), stored)).status == 200
    assert await hub.blobs.size(segments.key_of(upload)) == 64
    assert (await friend.end.ask("DELETE", f"/v1/uploads/{upload.hex()}")).status == 204
    await hub.run("documents.drop")
    assert await hub.blobs.size(segments.key_of(upload)) is None
    with pytest.raises(NotFound):
        await segments.read(hub.hub, upload)


def test_the_hashes_are_what_the_manifests_root_stands_on() -> None:
    sealer = documents.DocumentSealer(bytes(32), bytes(32), bytes(16), 1, 3_000_000)
    for _ in sealer.seal(
        bytes(64 * 1024)[: min(64 * 1024, 3_000_000 - at)] for at in range(0, 3_000_000, 65536)
    ):
        pass
    sealed = sealer.sealed
    assert sealed is not None
    hashes = sealed.segment_hashes
    leaves = [hashes[at : at + 32] for at in range(0, len(hashes), 32)]
    assert len(leaves) == count(sealed.stored)
    assert root_of(leaves) == sealed.segments
