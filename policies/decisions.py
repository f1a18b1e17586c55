"""What a policy answers: Allowed, or Denied with a code for programs and a sentence a person can act on.

Both are truthy or falsy as they read, so that neither `if decision:` nor `match decision:` can let a
refusal through.
"""

from typing import Literal

from msgspec import Struct


class Allowed(Struct, frozen=True):
    """Yes. `alert_manager`: the caller tells the organisation's manager that it happened (break glass)."""

    alert_manager: bool = False

    def __bool__(self) -> Literal[True]:
        return True


class Denied(Struct, frozen=True):
    """No. `code` is stable, lower_snake_case; `say` tells what to do next, and holds no case content."""

    code: str
    say: str

    def __bool__(self) -> Literal[False]:
        return False


Decision = Allowed | Denied

ALLOWED = Allowed()
