"""A quick copy opens for its organisation, generation, circle and epoch, and only as the log says."""

from __future__ import annotations

import pytest

from crypto.errors import NotForMe
from crypto.private.content import commitment
from crypto.private.rewraps import Rewraps
from crypto.private.secrets import OrganisationSecret
from tests.crypto.build import seed, some_id

COPIES = Rewraps(OrganisationSecret(seed("secret"), 2), some_id("refuge"))
COMMITTED = commitment(seed("circle"), 3, seed("epoch key"))


def test_a_quick_copy_opens_again_and_is_60_bytes() -> None:
    wrapped = COPIES.lock(seed("circle"), 3, seed("epoch key"))
    assert len(wrapped) == 60
    assert COPIES.open(seed("circle"), 3, wrapped, COMMITTED) == seed("epoch key")


@pytest.mark.parametrize(
    ("copies", "circle", "epoch"),
    [
        (Rewraps(OrganisationSecret(seed("other"), 2), some_id("refuge")), seed("circle"), 3),
        (Rewraps(OrganisationSecret(seed("secret"), 2), some_id("other")), seed("circle"), 3),
        (Rewraps(OrganisationSecret(seed("secret"), 1), some_id("refuge")), seed("circle"), 3),
        (COPIES, seed("other"), 3),
        (COPIES, seed("circle"), 4),
    ],
)
def test_a_quick_copy_opens_nowhere_else(copies: Rewraps, circle: bytes, epoch: int) -> None:
    wrapped = COPIES.lock(seed("circle"), 3, seed("epoch key"))
    with pytest.raises(NotForMe):
        copies.open(circle, epoch, wrapped, commitment(circle, epoch, seed("epoch key")))


def test_a_quick_copy_of_another_key_than_the_circles_does_not_count() -> None:
    wrapped = COPIES.lock(seed("circle"), 3, seed("a colleague's own key"))
    with pytest.raises(NotForMe):
        COPIES.open(seed("circle"), 3, wrapped, COMMITTED)


def test_quick_copies_do_not_print_their_key() -> None:
    assert repr(COPIES) == "Rewraps(generation=2)"
