"""A statement's leaf and a reason's commitment say nothing to whoever lacks the salt."""

from __future__ import annotations

import pytest

from crypto import statements
from crypto.encoding import pack, tagged_hash
from crypto.errors import Malformed
from crypto.statements import SignedStatement
from tests.crypto.build import seed


def test_a_leaf_and_a_commitment_are_salted_with_exactly_32_bytes() -> None:
    made = SignedStatement(b"payload", bytes(64))
    assert statements.log_leaf(seed("a"), made) == tagged_hash("log-leaf", seed("a"), pack(made))
    assert statements.log_leaf(seed("a"), made) != statements.log_leaf(seed("b"), made)
    assert statements.reason_commitment(seed("a"), "why") == tagged_hash("reason", seed("a"), b"why")
    with pytest.raises(Malformed):
        statements.log_leaf(bytes(31), made)
