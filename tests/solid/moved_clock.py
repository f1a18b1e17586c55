"""The hub's command with a clock that tests may move: `python -m tests.solid.moved_clock serve FILE`.

FILE holds eight bytes: how many milliseconds the clock runs ahead of the real one.
"""

import os
import struct
import sys
from pathlib import Path

from hub import running
from hub.config import read_settings
from tests.solid.process import milliseconds


def main() -> None:
    command, file = sys.argv[1], Path(sys.argv[2])

    def now() -> int:
        return milliseconds() + int(struct.unpack("<q", file.read_bytes())[0])

    running.now = now
    settings = read_settings(os.environ)
    if command == "serve":
        running.serve_forever(settings)
    else:
        running.work_forever(settings)


if __name__ == "__main__":
    main()
