"""Who may call a route at all. Coarse: by session, role and kind of organisation.

Whether this caller may touch *this* circle is a policy's question, asked in a service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.caller import Caller
from hub.kernel.refusals import NotAllowed, NotSignedIn


@dataclass(frozen=True, slots=True)
class Access:
    """Base of every declaration. ``session`` says whether a session is looked up at all."""

    session: ClassVar[bool] = True

    def check(self, caller: Caller | None) -> None:
        """Raise NotSignedIn or NotAllowed, or return."""
        if caller is None:
            raise NotSignedIn
        self.admit(caller)

    def admit(self, caller: Caller) -> None:
        """Raise NotAllowed when this kind of caller may not."""

    def __str__(self) -> str:
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True)
class Public(Access):
    """Anyone, without a session; limited by address."""

    session: ClassVar[bool] = False

    def check(self, caller: Caller | None) -> None:
        return


@dataclass(frozen=True, slots=True)
class SignedIn(Access):
    """Any live session, also of a worker whom nobody has admitted yet."""

    def __str__(self) -> str:
        return "signed in"


@dataclass(frozen=True, slots=True)
class Member(Access):
    """An admitted worker, if wished only of some roles and of some kinds of organisation.

    A printed kit is nobody's role: it may call only what names "kit".
    """

    roles: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()

    def admit(self, caller: Caller) -> None:
        known = caller.role in self.roles if self.roles else caller.role != "kit"
        fits = known and (not self.kinds or caller.kind in self.kinds)
        if not caller.organisation or not fits:
            raise NotAllowed

    def __str__(self) -> str:
        return ", ".join(["member", *sorted(self.roles), *sorted(f"of {kind}" for kind in self.kinds)])


@dataclass(frozen=True, slots=True)
class Manager(Member):
    """A manager of an organisation."""

    roles: frozenset[str] = frozenset({"manager"})


@dataclass(frozen=True, slots=True)
class Operator(Access):
    """Who runs this hub."""

    def admit(self, caller: Caller) -> None:
        if not caller.operator:
            raise NotAllowed
