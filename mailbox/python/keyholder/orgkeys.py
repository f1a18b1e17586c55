"""An organisation's own secrets, by generation: opened from the caller's box, older ones from the archive.

Each must give the very box key that the signed chain lists for that generation; nothing else counts.
"""

from __future__ import annotations

from crypto.errors import CryptoError
from crypto.organisation import Organisation, box_hash, key_hash
from crypto.private.boxes import organisation_info
from crypto.private.secrets import OrganisationSecret, WorkerSecret
from keyholder.alarms import EvidenceKeeper, Kind
from keyholder.answers import OrganisationKeys as Answer
from keyholder.connection import Connection
from keyholder.directory import Directory
from keyholder.errors import CannotOpen


class OrganisationKeys:
    """The secrets of the worker's organisation."""

    def __init__(
        self,
        connection: Connection,
        directory: Directory,
        organisation: bytes,
        worker: bytes,
        secret: WorkerSecret,
        keeper: EvidenceKeeper,
    ) -> None:
        self._connection, self._directory, self._keeper = connection, directory, keeper
        self._organisation, self._worker, self._secret = organisation, worker, secret
        self._opened: dict[int, OrganisationSecret] = {}

    @property
    def chain(self) -> Organisation:
        """The organisation's verified chain."""
        return self._directory.organisation(self._organisation)

    async def current(self) -> OrganisationSecret:
        """The secret of the generation in force."""
        return await self.secret(self.chain.generation.number)

    async def secret(self, generation: int) -> OrganisationSecret:
        """The secret of ``generation``.

        Raises:
            Alarm: what the hub keeps is not what the chain lists. CannotOpen: no such generation.
        """
        if generation not in self._opened:
            if not 1 <= generation <= self.chain.generation.number:
                raise CannotOpen
            await self._load()
        try:
            return self._opened[generation]
        except KeyError:
            raise self._keeper.alarm(
                Kind.BOX_WITHHELD, organisation=self._organisation, head=self.chain.head
            ) from None

    async def _load(self) -> None:
        path = f"/v1/organisations/{self._organisation.hex()}/keys"
        answer = await self._connection.get(path, Answer)
        newest = self._open_box(answer)
        self._opened[newest.generation] = newest
        wrapped = {archive.generation: archive.wrapped for archive in answer.archives}
        while newest.generation > 1 and newest.generation in wrapped:
            newest = self._open_archive(newest, wrapped[newest.generation])
            self._opened[newest.generation] = newest

    def _open_box(self, answer: Answer) -> OrganisationSecret:
        generation = self.chain.generation
        expected = self.chain.boxes.get(self._worker)
        if answer.generation != generation.number or box_hash(answer.box) != expected:
            raise self._keeper.alarm(Kind.BOX_WITHHELD, box=answer.box, head=self.chain.head)
        info = organisation_info(
            self._organisation, generation.number, self._worker, key_hash(self._secret.box.public)
        )
        try:
            opened = OrganisationSecret(self._secret.box.open(answer.box, info), generation.number)
        except CryptoError as error:
            raise self._keeper.alarm(Kind.KEY_MOVED, box=answer.box, head=self.chain.head) from error
        if opened.box.public != generation.box_key:
            raise self._keeper.alarm(Kind.KEY_MOVED, box=answer.box, head=self.chain.head)
        return opened

    def _open_archive(self, newer: OrganisationSecret, wrapped: bytes) -> OrganisationSecret:
        generations = self.chain.generations
        listed = generations[newer.generation - 1].archive_hash
        try:
            if box_hash(wrapped) != listed:
                raise CannotOpen
            return newer.open_archive(self._organisation, wrapped, generations[newer.generation - 2].box_key)
        except (CryptoError, CannotOpen) as error:
            raise self._keeper.alarm(Kind.KEY_MOVED, archive=wrapped, head=self.chain.head) from error
