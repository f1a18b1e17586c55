"""What only an S3 server has: it can be away, and it keeps what nobody finishes."""

import asyncio
from dataclasses import replace

import pytest

from storage.blobs import PART, NotFound, Unavailable
from storage.s3 import S3Settings, S3Store
from tests.real import s3
from tests.storage.test_blobs import KEY, everything, parts_of, upload


async def test_it_may_go_and_come_back_in_the_middle() -> None:
    with s3.running() as server:
        store = S3Store(server.settings(server.create("one-bucket")))
        pieces = parts_of(2 * PART + 5)
        one, *_ = await upload(store, KEY, pieces[:1])
        await store.finish("ff", await upload(store, "ff", pieces))
        half = store.read("ff")
        got = await anext(half)
        server.stop()
        for call in (
            store.put_part(KEY, pieces[1], one),
            store.size("ff"),
            store.delete("ff"),
            everything(store, "ff"),
        ):
            with pytest.raises(Unavailable):
                await call
        server.start()
        two = await store.put_part(KEY, pieces[1], one)
        await store.finish(KEY, [one, two, await store.put_part(KEY, pieces[2], two)])
        assert await everything(store, KEY) == b"".join(pieces)
        assert got + b"".join([piece async for piece in half]) == b"".join(pieces)
        store.close()


async def test_nothing_unfinished_is_left_to_be_paid_for(
    s3_server: s3.Server, s3_settings: S3Settings
) -> None:
    store, client = S3Store(s3_settings), s3_server.client()
    pieces = parts_of(PART + 1)
    await store.put_part(KEY, pieces[0])
    await store.finish(KEY, await upload(store, KEY, pieces))
    assert not client.list_multipart_uploads(Bucket=s3_settings.bucket).get("Uploads")
    await upload(store, "ff", pieces)
    await upload(store, "ffee", pieces[:1])
    await store.delete("ff")
    left = client.list_multipart_uploads(Bucket=s3_settings.bucket)["Uploads"]
    assert [upload["Key"] for upload in left] == ["ffee"]
    store.close()


async def test_parts_of_two_uploads_make_no_object(s3_settings: S3Settings) -> None:
    store = S3Store(s3_settings)
    pieces = parts_of(PART + 1)
    one, other = await upload(store, KEY, pieces), await upload(store, KEY, pieces)
    with pytest.raises(NotFound):
        await store.finish(KEY, [one[0], other[1]])
    assert await store.finish(KEY, one) == PART + 1
    store.close()


async def test_a_wrong_secret_is_told(s3_settings: S3Settings) -> None:
    store = S3Store(replace(s3_settings, secret_key="wrong"))
    with pytest.raises(Unavailable, match="SignatureDoesNotMatch"):
        await store.put_part(KEY, b"x")
    store.close()


async def test_a_server_that_does_not_answer_is_given_up(
    s3_server: s3.Server, s3_settings: S3Settings
) -> None:
    store = S3Store(replace(s3_settings, answer_seconds=0.3, tries=2))
    with s3_server.silent():
        for call in (store.put_part(KEY, b"x"), store.size(KEY), everything(store, KEY)):
            with pytest.raises(Unavailable, match="Timeout"):
                await asyncio.wait_for(call, 10)
    assert await store.size(KEY) is None
    store.close()


async def test_a_cancelled_part_is_no_part(s3_settings: S3Settings) -> None:
    store, pieces = S3Store(s3_settings), parts_of(PART + 1)
    one = await store.put_part(KEY, pieces[0])
    task = asyncio.create_task(store.put_part(KEY, pieces[1], one))
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.finish(KEY, [one, await store.put_part(KEY, pieces[1], one)])
    assert await everything(store, KEY) == b"".join(pieces)
    store.close()
