"""The bank holidays that browsers count with are those the hub counts with."""

from datetime import date

from policies.calendar import bank_holidays
from policies.tables import Table, read


class BankHolidays(Table, frozen=True):
    """The whole table."""

    first_year: int
    last_year: int
    days: tuple[date, ...]


TABLE = read("bank_holidays", BankHolidays)


def test_the_table_holds_exactly_the_bank_holidays_of_its_years() -> None:
    years = range(TABLE.first_year, TABLE.last_year + 1)
    assert list(TABLE.days) == [day for year in years for day in sorted(bank_holidays(year))]


def test_the_table_reaches_far_enough_for_any_clock_or_due_time() -> None:
    assert TABLE.first_year <= 2025
    assert TABLE.last_year - 2026 >= 5
