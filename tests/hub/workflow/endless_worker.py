"""A worker that escalates in small batches until it is killed, and says so after each.

python -m tests.hub.workflow.endless_worker HOME DATABASE KEYS NOW
"""

import asyncio
import os
import sys
from pathlib import Path

from hub.app import FEATURES, assemble, running
from hub.config import read_settings
from hub.kernel.opening import opened
from hub.workflow import jobs


async def main(home: Path, database: str, keys: Path, now: int) -> None:
    jobs.BATCH = 20  # many commits to be killed between
    settings = read_settings({}, home=home, database=database, keys=keys, worker="no")
    async with opened(settings) as (kept, blobs):
        hub = assemble(settings, database=kept, blobs=blobs, clock=lambda: now)
        async with running(hub, FEATURES, ()):
            while True:
                more = await jobs.escalate(hub, now)
                os.write(1, b"batch\n" if more else b"idle\n")
                await asyncio.sleep(0 if more else 0.05)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
