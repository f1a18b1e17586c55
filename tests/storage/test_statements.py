"""How statements become text and values."""

import pytest
from sqlalchemy import BigInteger, Boolean, Column, MetaData, Table, bindparam, insert, select

from storage.statements import Statements
from tests.storage.places import ADD, GET, box


def test_a_statement_is_compiled_once_for_each_database() -> None:
    statements = Statements("sqlite")
    assert statements.get(GET, ["id"]) is statements.get(GET, ["id"])
    assert statements.get(GET, ["id"]) is not Statements("sqlite").get(GET, ["id"])


def test_an_insert_takes_its_columns_from_the_names_it_is_run_with() -> None:
    statements = Statements("postgresql")
    assert statements.get(ADD, ["id", "count"]).sql == (
        "INSERT INTO box (id, count) VALUES ($1::BIGINT, $2::BIGINT)"
    )
    assert "label" in statements.get(ADD, ["id", "count", "label"]).sql


def test_what_is_not_used_any_more_is_forgotten() -> None:
    statements = Statements("sqlite")
    statements.get(select(box.c.id), [])
    assert len(statements._kept) == 0


def test_a_value_that_is_used_twice_is_given_twice_where_the_text_has_no_numbers() -> None:
    twice = select(box.c.id).where(box.c.id == bindparam("n"), box.c.count != bindparam("n"))
    assert Statements("sqlite").get(twice, ["n"]).values({"n": 5}) == [5, 5]
    assert Statements("postgresql").get(twice, ["n"]).values({"n": 5}) == [5]


def test_a_value_fixed_in_the_statement_need_not_be_given() -> None:
    fixed = select(box.c.id).where(box.c.full == True, box.c.id > bindparam("n"), box.c.count < 7)  # noqa: E712  # it is SQL
    assert Statements("postgresql").get(fixed, ["n"]).values({"n": 5})[-1:] == [7]


def test_lists_become_arrays_on_postgresql_and_marks_on_sqlite() -> None:
    listed = select(box.c.id).where(
        box.c.id.in_(bindparam("ids", expanding=True)), box.c.count > bindparam("n")
    )
    numbered = Statements("postgresql").get(listed, ["ids", "n"])
    assert numbered.sql.endswith("box.id = ANY ($2) AND box.count > $1::BIGINT")
    assert numbered.values({"ids": [1, 2], "n": 3}) == [3, [1, 2]]
    marked = Statements("sqlite").get(listed, ["ids", "n"])
    sql, values = marked.expanded({"ids": [1, 2], "n": 3})
    assert sql.endswith("box.id IN (?, ?) AND box.count > ?")
    assert values == [1, 2, 3]


def test_a_column_with_a_default_of_python_is_refused() -> None:
    table = Table("t", MetaData(), Column("id", BigInteger), Column("new", Boolean, default=True))
    with pytest.raises(TypeError, match="say every value"):
        Statements("sqlite").get(insert(table), ["id"])
