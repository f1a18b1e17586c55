/** A name that this device keeps holds its circle's history as a pin does: pins are of the latest circles alone. */
import { beforeAll, expect, it } from "vitest";
import { Alarm } from "@/end/alarms";
import { CircleView } from "@/end/circle";
import { namedBy } from "@/end/listrows";
import { verifiedName } from "@/end/names";
import { sodiumReady } from "@/protocol/sodium";
import { Device, deskAt, openedCircle } from "./peer";

beforeAll(sodiumReady);

async function kept() {
  const { peer, one } = await openedCircle();
  await one.thread.post("a");
  await one.sync();
  const known = namedBy(one, { title: "Circle for J", reference: "" }, null);
  return { peer, one, known };
}

it("stays as long as the history leads on from where it was verified", async () => {
  const { peer, one, known } = await kept();
  await one.thread.post("b");
  const view = new CircleView(deskAt(peer, new Device()), one.id);
  await view.sync();
  expect((await verifiedName(view, null, known)).title).toBe("Circle for J");
});

it("is an alarm once a device without a pin is shown less than it verified, or something else", async () => {
  const { peer, one, known } = await kept();
  const view = new CircleView(deskAt(peer, new Device()), one.id);
  await view.sync();
  for (const other of [
    { ...known, seq: 3 },
    { ...known, head: new Uint8Array(32) },
  ]) {
    const refused = await verifiedName(view, null, other).catch((error: unknown) => error);
    expect(refused instanceof Alarm && refused.code).toBe("history-changed");
  }
});
