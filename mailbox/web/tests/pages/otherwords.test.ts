/** What is offered of another tab's draft: a person's own words, never ids or the marks of a form. */
import { expect, test } from "vitest";
import { wordsIn } from "@/pages/circle/OtherWords";

test("plain words and what only looks like a form are shown as they are", () => {
  for (const words of ["She would rather be rung at work", "{half", '"quoted"', "12"])
    expect(wordsIn(words)).toBe(words);
});

test("of a form only what was written is shown, one piece a line", () => {
  const kept = {
    organisation: "ab".repeat(16),
    title: "A safe place",
    text: "Two nights.",
    history: "all",
    reason: "3",
    wishes: [{ title: "Keep a room", due: "2026-12-01T17:00", priority: "0" }],
    only: ["cd".repeat(16)],
  };
  expect(wordsIn(JSON.stringify(kept))).toBe("A safe place\nTwo nights.\nKeep a room");
});
