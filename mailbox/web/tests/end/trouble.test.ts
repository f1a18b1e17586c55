/** Every failure in plain words; failures to open all look the same. */
import { expect, test } from "vitest";
import { AlarmKind, EvidenceKeeper } from "@/end/alarms";
import { Away, CannotOpen, Locked, NotReady, Refused, WrongWords } from "@/end/errors";
import { troubleOf } from "@/end/trouble";
import { Forged, Malformed, NotForMe, UpdateNeeded } from "@/protocol/errors";

test("failures to open say nothing of their cause", () => {
  const said = [new NotForMe(), new Forged("x"), new Malformed("y"), new CannotOpen("z")].map(troubleOf);
  expect(new Set(said.map((trouble) => JSON.stringify(trouble))).size).toBe(1);
});

test("an alarm says what happened, what is safe and whom to tell", () => {
  const alarm = new EvidenceKeeper().alarm(AlarmKind.OWN_KEYS_DIFFER, { key: Uint8Array.of(1, 2) });
  expect(troubleOf(alarm)).toMatchObject({ kind: "alarm", code: "own-keys-differ", item: 2 });
  expect(troubleOf(alarm).evidence).toContain("AQI=");
});

test("evidence has a bound", () => {
  const alarm = new EvidenceKeeper().alarm(AlarmKind.MANGLED, { shown: new Uint8Array(1_000_000) });
  expect(alarm.evidence.length).toBeLessThan(100_000);
  expect(alarm.evidence).toContain("of 1000000");
});

test("each alarm has the code that its name gives", () => {
  for (const [name, kind] of Object.entries(AlarmKind)) {
    expect(kind.code).toBe(name.toLowerCase().replaceAll("_", "-"));
  }
});

test.each([
  [new Away(), "away", "away"],
  [new Locked(), "locked", "locked"],
  [new WrongWords(), "input", "wrong-words"],
  [new NotReady("The clock is wrong.", "clock-wrong"), "not-ready", "clock-wrong"],
  [new UpdateNeeded(), "update-needed", "update-needed"],
  [new Refused(403, "code-needed", ""), "refused", "code-needed"],
  [new Refused(401, "not-signed-in", ""), "locked", "not-signed-in"],
  [new Refused(503, "unavailable", ""), "away", "unavailable"],
  [new TypeError("secret inside"), "fault", "unexpected"],
  ["anything", "fault", "unexpected"],
])("%s", (reason, kind, code) => {
  const trouble = troubleOf(reason);
  expect(trouble).toMatchObject({ kind, code });
  expect(trouble.say).toMatch(/[.]$/);
  expect(trouble.say).not.toContain("secret");
});

test("a wrong PIN says how many tries are left", () => {
  const wrong = troubleOf(new Refused(403, "wrong-pin", "", { tries_left: 1 }));
  expect(wrong).toMatchObject({ kind: "input", triesLeft: 1 });
  expect(wrong.say).toContain("one more try");
});

test("what the hub says of a refusal we do not know is quoted, and not at any length", () => {
  const said = (words: string): string => troubleOf(new Refused(409, "something-new", words)).say;
  expect(said("The circle is closed.")).toBe("The hub refused this. It says: “The circle is closed.”");
  expect(said("")).toBe("The hub refused this.");
  expect(said("x".repeat(5000)).length).toBeLessThan(400);
});
