"""Items 5 and 21: a hub that takes an entry and says that it did not."""

from __future__ import annotations

from typing import Any

import pytest

from crypto.entries import Kind
from keyholder.sealing import MayStillArrive
from tests.hostile.proxy import Asked as Request
from tests.hostile.proxy import Denied, Proxy
from tests.keyholder.world import World


def handed_over(proxy: Proxy, before: int) -> int:
    return sum(method == "POST" and path.endswith("/entries") for method, path in proxy.asked[before:])


def stale(_: Any, __: Request) -> Any:
    raise Denied(409, "stale")


async def test_item_05_what_the_hub_took_and_called_stale_is_found_and_not_sent_again(
    world: World, proxy: Proxy
) -> None:
    ours, _ = await world.shared_circle()
    before = len(proxy.asked)
    proxy.change("/entries", stale)

    receipt = await ours.post("Please ring her at home.")

    assert handed_over(proxy, before) == 1
    assert ours.book.by_hash(receipt.entry_hash) is not None
    proxy.honest()
    said = [item for item in await ours.read() if item.kind == Kind.MESSAGE]
    assert [item.seq for item in said] == [receipt.seq]


async def test_item_05_a_new_key_that_the_hub_took_and_called_stale_is_known(
    world: World, proxy: Proxy
) -> None:
    ours, theirs = await world.shared_circle()
    proxy.change("/entries", stale)
    await ours.rekey()
    proxy.honest()

    assert ours.keys.missing([2]) == []
    await ours.post("Under the new key.")
    assert [item.body.text for item in await theirs.read() if item.kind == Kind.MESSAGE] == [
        "Under the new key."
    ]


async def test_item_21_a_hub_that_says_stale_and_shows_nothing_new_gets_no_second_copy(
    world: World, proxy: Proxy
) -> None:
    """It keeps what it was given to itself; nobody is told that nothing was sent."""
    ours, _ = await world.shared_circle()
    await ours.sync()
    before, shown = len(proxy.asked), list[Request]()

    def frozen(answer: Any, asked: Request) -> Any:
        shown.append(asked)
        return kept

    kept = proxy.last("/headers") | {"entries": []}
    proxy.change("/headers", frozen)
    proxy.change("/entries", stale)

    with pytest.raises(MayStillArrive) as caught:
        await ours.post("Please ring her at home.")

    assert shown
    assert handed_over(proxy, before) == 1
    assert "Nothing was sent" not in caught.value.say
