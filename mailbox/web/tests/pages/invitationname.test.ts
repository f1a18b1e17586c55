/** An invitation on Today has a name before it is answered. */
import { expect, test } from "vitest";
import { invitationName } from "@/pages/today/invitationname";

test("it is called what it is about, or how what is asked begins", () => {
  expect(invitationName({ title: "A safe place", text: "Two nights." })).toBe("A safe place");
  expect(invitationName({ title: "", text: "Could you\nmend the light?" })).toBe("Could you mend the light?");
  expect(invitationName({ title: "", text: "" })).toBe("A support circle");
});

test("long words are cut between words, and one endless word all the same", () => {
  const long = invitationName({ title: "", text: "word ".repeat(40) });
  expect(long).toMatch(/^(word )+word…$/);
  expect(long.length).toBeLessThanOrEqual(91);
  expect(invitationName({ title: "", text: "x".repeat(400) }).length).toBeLessThanOrEqual(91);
});
