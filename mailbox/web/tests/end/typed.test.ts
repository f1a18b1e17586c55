/** What people type: one spelling, and a plain word where it cannot be used. */
import { expect, test } from "vitest";
import { linkToken, newSignInName, signInName } from "@/end/enrolment";
import { BadInput } from "@/end/errors";
import { newPin, typedPin } from "@/end/pin";
import { plainName, typedName } from "@/end/profile";
import { toBase64Url } from "@/protocol/bytes";

test("a PIN is digits, however it is grouped", () => {
  expect(typedPin(" 48 31-07 ")).toBe("483107");
  for (const bad of ["", "123", "12a4", "1".repeat(33)]) expect(() => typedPin(bad)).toThrow(BadInput);
});

test("a new PIN is not the first that anybody would try", () => {
  for (const easy of ["0000", "1234", "4321", "3456", "567890"]) expect(() => newPin(easy)).toThrow(BadInput);
  expect(newPin("4831")).toBe("4831");
});

test("a name is one line without hidden or turning characters", () => {
  expect(typedName("  Sam \u202e  Okoro\n")).toBe("Sam Okoro");
  expect(plainName("a\u0000b\u200bc")).toBe("a b c");
  expect(typedName("Zoë")).toBe("Zo\u00eb");
  for (const bad of ["", " \u200b ", "x".repeat(101)]) expect(() => typedName(bad)).toThrow(BadInput);
});

test("a sign-in name has one spelling", () => {
  expect(signInName(" Sam@Harbour.Example ")).toBe("sam@harbour.example");
  expect(newSignInName("Sam")).toBe("sam");
  for (const bad of ["ab", "-sam", "sam okoro", "sam\u0430"])
    expect(() => newSignInName(bad)).toThrow(BadInput);
});

test("a link is read whole, or by its last part", () => {
  const token = new Uint8Array(32).fill(7);
  const tail = toBase64Url(token);
  expect(linkToken(`https://hub.example/enrol#${tail}`)).toEqual(token);
  expect(linkToken(` ${tail} `)).toEqual(token);
  for (const bad of ["", "x", tail.slice(0, -2), `${tail}!`]) expect(() => linkToken(bad)).toThrow(BadInput);
});
