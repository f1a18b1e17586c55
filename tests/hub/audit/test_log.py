"""The log as a tree: proofs, several processes, sudden death, and a backup that was put back."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crypto.accreditation import OrganisationKind
from crypto.merkle import leaf_hash, verify_consistency, verify_inclusion
from hub.audit import anchor
from hub.audit import service as audit
from hub.audit.appender import Appender
from hub.config import SettingsError
from tests.hub.audit.reading import leaves, opened, post, read_note, root_of
from tests.hub.build import End, HubWorld, Team, raw
from tests.hub.conftest import small_settings
from tests.hub.running import RunningHub, running_hub


async def test_every_size_the_log_had_can_be_proved(hub: RunningHub, end: End) -> None:
    roots = {}
    for count in (1, 2, 1, 3, 4, 2, 6):
        answer = await post(end, [opened(end) for _ in range(count)])
        checkpoint = read_note(hub, answer.body["note"])
        roots[checkpoint.size] = checkpoint.root
    stored = await leaves(hub.database)
    for old, old_root in roots.items():
        for new, new_root in roots.items():
            if old <= new:
                proof = await hub.ask("GET", f"/v1/log/consistency?old={old}&new={new}")
                verify_consistency(old, new, old_root, new_root, [raw(node) for node in proof.body["path"]])
    for size, root in roots.items():
        for index in range(size):
            proof = await hub.ask("GET", f"/v1/log/inclusion?leaf={stored[index].hex()}&size={size}")
            assert proof.body["index"] == index
            path = [raw(node) for node in proof.body["path"]]
            verify_inclusion(leaf_hash(stored[index]), index, size, path, root)


async def test_what_is_not_there_cannot_be_proved(hub: RunningHub, end: End) -> None:
    await post(end, [opened(end) for _ in range(3)])
    [first, *_] = await leaves(hub.database)
    asked = {
        "consistency?old=1&new=4": 404,
        "consistency?old=3&new=2": 400,
        "consistency?old=0&new=3": 200,
        "consistency?old=x&new=3": 400,
        "consistency": 200,
        f"inclusion?leaf={first.hex()}&size=4": 404,
        f"inclusion?leaf={first.hex()}&size=0": 400,
        f"inclusion?leaf={bytes(32).hex()}&size=3": 404,
        f"inclusion?leaf={bytes(31).hex()}&size=3": 400,
        "inclusion?size=3": 400,
    }
    for path, status in asked.items():
        assert (await hub.ask("GET", f"/v1/log/{path}")).status == status, path


async def test_several_processes_append_to_one_log(hub: RunningHub, team: Team) -> None:
    end = team.worker
    caller = await hub.hub.sessions(hub.database, end.token or b"", hub.clock.now)
    assert caller is not None
    said = [opened(end, seq) for seq in range(1, 241)]
    async with (
        running_hub(hub.settings, clock=hub.clock) as second,
        running_hub(hub.settings, clock=hub.clock) as third,
    ):
        hubs = [hub, second, third]
        doubled = [(hubs[place % 3], each) for place, each in enumerate(said)]
        doubled += [(hubs[(place + 1) % 3], each) for place, each in enumerate(said[:30])]
        outcomes = await asyncio.gather(
            *(audit.record(where.hub, [each], caller, hub.clock.now) for where, each in doubled),
            return_exceptions=True,
        )
    assert sum(isinstance(outcome, audit.SaidBefore) for outcome in outcomes) == 30
    assert sum(isinstance(outcome, audit.Recorded) for outcome in outcomes) == 240
    stored = await leaves(hub.database)
    assert len(stored) == 240
    note = read_note(hub, (await hub.ask("GET", "/v1/log/checkpoint")).body["note"])
    assert (note.size, note.root) == (240, root_of(stored))


async def test_an_older_backup_put_back_is_not_appended_to(tmp_path: Path) -> None:
    home = tmp_path / "hub"
    settings = small_settings(home)
    async with running_hub(settings) as hub:
        world = HubWorld(hub)
        team = await world.found("Harbour VCU", OrganisationKind.VCU)
        await post(team.manager, [opened(team.manager)])
    (tmp_path / "older").mkdir()
    for file in home.glob("hub.db*"):
        shutil.copy(file, tmp_path / "older")
    async with running_hub(settings) as hub:
        team.manager.running = hub
        await post(team.manager, [opened(team.manager) for _ in range(5)])
    newest = {file.name: file.read_bytes() for file in home.glob("hub.db*")}
    for file in home.glob("hub.db*"):
        file.unlink()
    for file in (tmp_path / "older").iterdir():
        shutil.copy(file, home)
    async with running_hub(settings) as hub:
        team.manager.running = hub
        answer = await post(team.manager, [opened(team.manager)])
        assert (answer.status, answer.body["code"]) == (503, "log-set-back")
        assert (await hub.ask("GET", "/v1/log/checkpoint")).status == 200
    for name, content in newest.items():
        (home / name).write_bytes(content)
    async with running_hub(settings) as hub:
        team.manager.running = hub
        answer = await post(team.manager, [opened(team.manager)])
        assert (answer.status, answer.body["size"]) == (201, 7)


async def test_a_log_with_another_history_is_not_appended_to(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    async with running_hub(settings) as hub:
        team = await HubWorld(hub).found("Harbour VCU", OrganisationKind.VCU)
        await post(team.manager, [opened(team.manager) for _ in range(3)])
    (settings.keys / anchor.FILE).write_text(f"2 {os.urandom(32).hex()}\n")
    async with running_hub(settings) as hub:
        team.manager.running = hub
        assert (await post(team.manager, [opened(team.manager)])).status == 503


async def test_a_log_set_back_while_the_hub_runs_is_noticed(small_hub: RunningHub) -> None:
    from hub.audit import queries

    team = await HubWorld(small_hub).found("Harbour VCU", OrganisationKind.VCU)
    await post(team.manager, [opened(team.manager) for _ in range(4)])
    async with small_hub.database.write() as unit:
        await unit.run(queries.MOVE, p_id=1, p_size=0, p_root=bytes(32), p_peaks=b"", p_note="")
    assert (await post(team.manager, [opened(team.manager)])).status == 503


def test_an_anchor_only_moves_forward_and_a_damaged_one_stops_the_hub(tmp_path: Path) -> None:
    assert anchor.read(tmp_path) is None
    for size in (3, 9, 5):
        anchor.write(tmp_path, anchor.Seen(size, bytes(32)))
    assert anchor.read(tmp_path) == anchor.Seen(9, bytes(32))
    for damage in ("", "x", "9", "9 00", f"-1 {bytes(32).hex()}", "é"):
        (tmp_path / anchor.FILE).write_text(damage)
        with pytest.raises(SettingsError):
            anchor.read(tmp_path)


async def test_a_hub_on_its_way_down_answers_who_waits(small_hub: RunningHub) -> None:
    appender = Appender(small_hub.hub)
    waiting = asyncio.ensure_future(appender.append([]))
    await asyncio.sleep(0)
    appender.stop()
    with pytest.raises(Exception, match="cannot do this just now"):
        await waiting


async def test_killed_at_any_moment_the_log_keeps_what_it_answered_for(tmp_path: Path) -> None:
    settings = small_settings(tmp_path)
    program = [sys.executable, "-m", "tests.hub.audit.endless_reader", str(tmp_path)]
    answered = 0
    for wait in (0.05, 0.2, 0.35):
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "begins\n"
            await asyncio.sleep(wait)
            reader.send_signal(signal.SIGKILL)
            lines = reader.stdout.read().split("\n")[:-1]
        answered = max([answered, *(int(line) for line in lines if line.isdigit())])
        async with running_hub(settings) as hub:
            note = read_note(hub, (await hub.ask("GET", "/v1/log/checkpoint")).body["note"])
            stored = await leaves(hub.database)
            assert note.size == len(stored) >= answered
            assert note.root == root_of(stored)
    assert answered > 0
