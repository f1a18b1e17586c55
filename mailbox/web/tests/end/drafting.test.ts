/** Words that were typed a moment ago are sealed before keys are forgotten, and nobody says "kept" before they are. */
import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { draftMethods } from "@/end/drafting";
import { LocalState } from "@/end/state";
import { Connection } from "@/hub/connection";
import { WorkerSecret } from "@/protocol/private/secrets";
import { sodiumReady } from "@/protocol/sodium";

beforeAll(sodiumReady);

/** A desk on a shared device: what is kept goes to `hub`, by the line it went over. */
function scene() {
  const hub: string[] = [];
  const line = (name: string): Connection =>
    new Connection("https://hub.example", (_, init) => {
      if (init?.method !== "GET") hub.push(`${name} ${init?.method}`);
      return Promise.resolve(new Response(null, { status: 204 }));
    });
  const secret = WorkerSecret.generate();
  const state = new LocalState(null, "p/", secret.pins);
  const desk = { state, connection: line("session"), me: { secret } } as unknown as Desk; // all that drafts need
  let part: (parting: Connection) => Promise<unknown> = () => Promise.resolve();
  const context = {
    desk: () => desk,
    onParting: (call: typeof part) => void (part = call),
    onForget: () => undefined,
  };
  const drafts = draftMethods(context as unknown as Context, {
    line: null,
    open: () => Promise.resolve(new Set()),
  }); // as above
  return { drafts, hub, part: () => part(line("parting")) };
}

test("words are kept after a pause, once, and every asker hears it then and not before", async () => {
  const { drafts, hub } = scene();
  const heard: string[] = [];
  const [first, second] = [drafts.saveDraft("a", "She"), drafts.saveDraft("a", "She would")];
  void first.then(() => heard.push("first"));
  expect(await drafts.draft("a")).toBe("She would");
  expect(heard).toEqual([]);
  await second;
  expect(heard).toEqual(["first"]);
  expect(hub).toEqual(["session PUT"]);
});

test("when keys are about to be forgotten the last words are kept at once, by the parting line", async () => {
  const { drafts, hub, part } = scene();
  const saving = drafts.saveDraft("a", "She would rather be rung at work");
  await part();
  await saving;
  expect(hub).toEqual(["parting PUT"]);
});

test("what was sent is not kept after it", async () => {
  const { drafts, hub, part } = scene();
  const saving = drafts.saveDraft("a", "Sent");
  await drafts.dropDraft("a");
  await saving;
  await part();
  expect(hub).toEqual(["session DELETE"]);
});

test("a page that is hidden asks for no pause", async () => {
  const { drafts, hub } = scene();
  void drafts.saveDraft("a", "Soon");
  await drafts.keepDrafts();
  expect(hub).toEqual(["session PUT"]);
});
