"""Documents: ciphertext goes up in parts, resumes, is checked whole, and comes down by ranges after a
statement."""

from crypto import entries as e
from crypto.accreditation import OrganisationKind
from crypto.entries import Kind
from crypto.statements import Act, Object, ObjectKind
from hub.documents.receiving import Receiving
from storage.blobs import PART
from tests.hub.build import HubWorld, Team, b64, build_world, raw, statement_json
from tests.hub.circles.ends import Author, Circle, manager, worker
from tests.hub.documents.moving import Stored, begin, entry, fetched, finish, posted, put, ticket, uploaded
from tests.hub.running import RunningHub


async def circle_of_two(hub: RunningHub) -> tuple[Circle, Author, Author]:
    world = await build_world(hub)
    owner, friend = worker(world.vcu), worker(world.partner)
    circle = await Circle.opened(owner)
    await circle.join(owner, friend)
    return circle, owner, friend


async def test_a_document_goes_up_and_comes_down(hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(hub)
    stored = Stored(size=PART + 12_345)
    await posted(circle, friend, stored)
    given = await ticket(circle, owner, stored)
    assert given.status == 201, given.body
    whole = await fetched(owner, given)
    assert (whole.status, whole.body == stored.data) == (200, True)
    piece = await fetched(owner, given, f"100-{PART + 100}")
    assert (piece.status, piece.body == stored.data[100 : PART + 101]) == (206, True)
    assert piece.headers["Content-Range"] == f"bytes 100-{PART + 100}/{stored.size}"


async def test_an_interrupted_upload_goes_on_where_it_was(hub: RunningHub) -> None:
    circle, _, friend = await circle_of_two(hub)
    stored = Stored(size=2 * PART + 5)
    begun = await begin(circle, friend, stored)
    upload = begun.body["upload"]
    await put(friend, upload, 1, stored.part(1))
    again = await begin(circle, friend, stored)
    assert (again.body["upload"], again.body["parts"]) == (upload, [1])
    state = await friend.end.ask("GET", f"/v1/uploads/{raw(upload).hex()}")
    assert state.body == {"part_size": PART, "parts": [1], "size": stored.size, "finished": False}
    repeated = await put(friend, upload, 1, stored.part(1))
    assert (repeated.status, repeated.body) == (200, {"received": PART})
    early = await put(friend, upload, 3, stored.part(3))
    assert (early.status, early.body["code"], early.body["expected"]) == (409, "part-out-of-order", 2)
    unfinished = await finish(friend, upload, stored)
    assert (unfinished.status, unfinished.body["code"]) == (409, "upload-incomplete")
    for number in (2, 3):
        assert (await put(friend, upload, number, stored.part(number))).status == 200
    assert (await finish(friend, upload, stored)).status == 200
    assert (await finish(friend, upload, stored)).status == 200


async def test_parts_of_another_length_are_refused(small_hub: RunningHub) -> None:
    circle, _, friend = await circle_of_two(small_hub)
    stored = Stored(size=PART + 10)
    upload = (await begin(circle, friend, stored)).body["upload"]
    for number, data in (
        (1, stored.part(1)[:-1]),
        (1, stored.part(1) + b"x"),
        (3, b"x"),
        (0, b"x"),
        (1, b""),
    ):
        answer = await put(friend, upload, number, data)
        assert answer.status in (400, 413), (number, len(data), answer.body)
    assert (await put(friend, upload, 1, stored.part(1))).status == 200


async def test_what_is_not_sealed_is_refused_by_its_first_bytes(small_hub: RunningHub) -> None:
    circle, _, friend = await circle_of_two(small_hub)
    stored = Stored(size=5000)
    upload = (await begin(circle, friend, stored)).body["upload"]
    answer = await put(friend, upload, 1, b"%PDF-1.7\n%abc\n".ljust(5000, b"x"))
    assert (answer.status, answer.body["code"]) == (422, "not-sealed")
    assert answer.body["detail"] == "This is a PDF; documents are sealed before they leave your computer."
    assert (await put(friend, upload, 1, stored.data)).status == 200


async def test_other_bytes_than_were_meant_are_dropped_whole(hub: RunningHub) -> None:
    circle, _, friend = await circle_of_two(hub)
    stored = Stored()
    upload = (await begin(circle, friend, stored)).body["upload"]
    await put(friend, upload, 1, stored.data)
    answer = await finish(friend, upload, stored, segments=b64(bytes(len(stored.segments))))
    assert (answer.status, answer.body["code"]) == (422, "wrong-hash")
    assert (await finish(friend, upload, stored)).status == 404
    await hub.run("documents.drop")
    assert await hub.blobs.size(raw(upload).hex()) is None


async def test_an_upload_goes_on_in_another_process(hub: RunningHub) -> None:
    """The running hash is only in memory: without it the stored object is read again."""
    circle, _, friend = await circle_of_two(hub)
    stored = Stored(size=PART + 1)
    upload = (await begin(circle, friend, stored)).body["upload"]
    await put(friend, upload, 1, stored.part(1))
    hub.hub.parts[Receiving] = Receiving()
    await put(friend, upload, 2, stored.part(2))
    wrong = await finish(friend, upload, stored, segments=b64(bytes(len(stored.segments))))
    assert wrong.status == 422
    await uploaded(circle, friend, stored)


async def test_an_entry_needs_its_finished_upload(hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(hub)
    stored = Stored()
    made = entry(circle, friend, stored)
    answer = await circle.send(friend, made)
    assert (answer.status, answer.body["code"]) == (409, "no-upload")
    await uploaded(circle, friend, stored)
    other = entry(circle, owner, stored)
    assert (await circle.send(owner, other)).body["code"] == "no-upload"
    await circle.post(friend, made)
    twice = await circle.send(friend, entry(circle, friend, stored))
    assert (twice.status, twice.body["code"]) == (409, "conflict")
    assert (await begin(circle, friend, stored)).status == 409


async def test_a_ticket_is_for_its_session_its_range_and_its_time(hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(hub)
    stored = Stored()
    await posted(circle, friend, stored)
    given = await ticket(circle, owner, stored, 10, 500)
    piece = await fetched(owner, given)
    assert (piece.status, piece.body == stored.data[10:500]) == (206, True)
    for span in ("0-20", "10-500", "600-700", "20-10", "-5", "1-2,4-5", "abc"):
        refused = await fetched(owner, given, span)
        assert (refused.status, refused.body["code"]) == (416, "no-such-range"), span
    assert (await fetched(friend, given)).status == 404
    hub.clock.move(minutes=16)
    assert (await fetched(owner, given)).status == 404


async def test_who_left_the_circle_gets_no_byte_more(small_hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(small_hub)
    stored = Stored()
    await posted(circle, owner, stored)
    given = await ticket(circle, friend, stored)
    assert (await fetched(friend, given)).status == 200
    await circle.post(owner, circle.thread.rekey(owner, friend.organisation))
    assert (await fetched(friend, given)).status == 404
    assert (await ticket(circle, friend, stored)).status == 404


async def test_a_statement_must_name_this_document(small_hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(small_hub)
    stored, other = Stored(), Stored()
    await posted(circle, friend, stored)
    await posted(circle, friend, other)
    wrong = Stored(document=other.document)
    path = f"{circle.path}/documents/{stored.document.hex()}/1/tickets"
    for looked in (
        [Object(ObjectKind.DOCUMENT, wrong.document, 0, 10)],
        [Object(ObjectKind.DOCUMENT, stored.document, 0, stored.size + 1)],
        [Object(ObjectKind.DOCUMENT, stored.document, 5, 5)],
        [Object(ObjectKind.ENTRIES, circle.id, 1, 2)],
    ):
        said = owner.end.statement(Act.FETCHED, circle.id, looked)
        answer = await owner.end.ask("POST", path, {"statement": statement_json(said)})
        assert (answer.status, answer.body["code"]) == (400, "other-statement"), looked
    assert (await ticket(circle, owner, Stored())).status == 404


async def test_an_erased_document_is_gone_from_the_store(hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(hub)
    stored = Stored()
    upload = await uploaded(circle, friend, stored)
    made = entry(circle, friend, stored)
    await circle.post(friend, made)
    given = await ticket(circle, owner, stored)
    await circle.post(owner, circle.thread.make(owner, Kind.ERASE, e.Erase(made.entry.hash, 1)))
    assert (await fetched(owner, given)).status == 404
    await hub.run("documents.drop")
    assert await hub.blobs.size(raw(upload).hex()) is None
    assert (await ticket(circle, owner, stored)).status == 404


async def test_uploads_nobody_goes_on_with_are_dropped(hub: RunningHub) -> None:
    circle, _, friend = await circle_of_two(hub)
    stored, kept = Stored(), Stored()
    upload = (await begin(circle, friend, stored)).body["upload"]
    await put(friend, upload, 1, stored.data)
    await posted(circle, friend, kept)
    hub.clock.move(hours=49)
    await friend.end.sign_in()
    await hub.run("documents.abandon")
    await hub.run("documents.drop")
    assert (await finish(friend, upload, stored)).status == 404
    assert (await fetched(friend, await ticket(circle, friend, kept))).status == 200


async def test_uploads_are_bounded_by_worker_and_by_size(small_hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(small_hub)
    for _ in range(8):
        assert (await begin(circle, friend, Stored(size=1000))).status == 200
    full = await begin(circle, friend, Stored(size=1000))
    assert (full.status, full.body["code"]) == (429, "too-many-uploads")
    assert (await begin(circle, owner, Stored(size=1000))).status == 200
    huge = await begin(circle, owner, Stored(size=1000), size=10**13)
    assert (huge.status, huge.body["code"]) == (413, "document-too-large")


async def test_an_upload_is_its_workers_own(small_hub: RunningHub) -> None:
    circle, owner, friend = await circle_of_two(small_hub)
    stored = Stored()
    upload = (await begin(circle, friend, stored)).body["upload"]
    path = f"/v1/uploads/{raw(upload).hex()}"
    assert (await put(owner, upload, 1, stored.data)).status == 404
    assert (await owner.end.ask("GET", path)).status == 404
    assert (await owner.end.ask("DELETE", path)).status == 404
    assert (await friend.end.ask("DELETE", path)).status == 204
    assert (await friend.end.ask("GET", path)).status == 404
    stranger = manager(await build_again(small_hub))
    assert (await begin(circle, stranger, stored)).status == 404


async def build_again(hub: RunningHub) -> Team:
    """A team that is in no circle."""
    return await HubWorld(hub).team("Far Away", OrganisationKind.PARTNER)
