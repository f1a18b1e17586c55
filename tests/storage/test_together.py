"""How several changes become one text."""

import pytest

from storage.together import merged


def test_one_change_stays_as_it_is() -> None:
    assert merged(("UPDATE a SET b = $1",)) == "UPDATE a SET b = $1"


def test_values_are_numbered_on_and_one_used_twice_counts_once() -> None:
    assert merged(("UPDATE a SET b = $2 WHERE b <> $1 OR c = $1", "DELETE FROM d WHERE e = $1")) == (
        "WITH p0 AS (UPDATE a SET b = $2 WHERE b <> $1 OR c = $1) DELETE FROM d WHERE e = $3"
    )


def test_a_statement_with_named_parts_is_refused() -> None:
    with pytest.raises(TypeError, match="named parts"):
        merged(("WITH x AS (DELETE FROM a RETURNING b) DELETE FROM c",))
