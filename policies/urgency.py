"""How pressing something is: all that a mail may say about it, besides how many there are."""

from enum import IntEnum


class Urgency(IntEnum):
    """In rising order. `immediate` is the one that may leave outside service hours."""

    NEW = 0
    SOON = 1
    TODAY = 2
    OVERDUE = 3
    IMMEDIATE = 4
