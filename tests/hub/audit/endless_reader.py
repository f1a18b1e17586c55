"""A hub that records statements as fast as it can and says each size it answered with, until it is killed."""

import asyncio
import sys
from pathlib import Path

from crypto.accreditation import OrganisationKind
from hub.audit import service as audit
from tests.hub.audit.reading import opened
from tests.hub.build import HubWorld
from tests.hub.conftest import small_settings
from tests.hub.running import running_hub


def say(text: object) -> None:
    """One whole line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def main(folder: Path) -> None:
    async with running_hub(small_settings(folder)) as hub:
        world = HubWorld(hub)
        end = (await world.found(f"House {folder.stat().st_mtime_ns}", OrganisationKind.VCU)).manager
        caller = await hub.hub.sessions(hub.database, end.token or b"", hub.clock.now)
        assert caller is not None

        async def reader() -> None:
            while True:
                say((await audit.record(hub.hub, [opened(end)], caller, hub.clock.now)).size)

        say("begins")
        await asyncio.gather(*(reader() for _ in range(16)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
