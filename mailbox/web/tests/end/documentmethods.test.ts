/** The document side: it reads the rooms of a circle as they are now. */
import { expect, test } from "vitest";
import type { Context } from "@/end/context";
import { documentSide } from "@/end/documentmethods";
import type { Rooms } from "@/end/documents";

/** Rooms of a circle without documents, which count how often they are brought up to date. */
function rooms(): { readonly rooms: Rooms; synced: () => number } {
  let synced = 0;
  const book = { entries: [], sync: async () => void (synced += 1) };
  // Where there are no documents nothing else is asked for.
  return { rooms: { book } as unknown as Rooms, synced: () => synced };
}

test("documents are looked for in the rooms that are open now, and those of before are let go", async () => {
  const [before, now] = [rooms(), rooms()];
  let open = before.rooms;
  const context = { onForget: () => undefined, now: () => 0, emit: () => undefined };
  const side = documentSide(context as unknown as Context, () => open);

  await side.methods.documents("aa11");
  open = now.rooms;
  await side.methods.documents("aa11");

  expect(before.synced()).toBe(1);
  expect(now.synced()).toBe(1);
});
