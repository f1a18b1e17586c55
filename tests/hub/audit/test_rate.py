"""Read receipts are kept for ever, so they have a rate of their own."""

from hub.audit.routes import STATEMENTS
from hub.kernel.limits import ACCOUNT
from tests.hub.audit.reading import opened, post
from tests.hub.build import Team
from tests.hub.running import RunningHub


async def test_receipts_run_out_before_anything_else_does(hub: RunningHub, team: Team) -> None:
    assert STATEMENTS.times < ACCOUNT.times
    end, other = team.worker, team.manager
    for _ in range(STATEMENTS.times - 1):
        hub.hub.buckets.spend(STATEMENTS, "POST /v1/statements", end.id, hub.clock.now)
    answers = [await post(end, [opened(end)]) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 429]
    assert (await end.ask("GET", "/v1/circles")).status == 200
    assert (await post(other, [opened(other)])).status == 201
    hub.clock.move(seconds=1)
    assert (await post(end, [opened(end)])).status == 201
