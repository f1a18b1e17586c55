/** Which news makes which answer old. */
import { expect, test } from "vitest";
import { touches } from "@/app/asked";
import type { VaultEvent } from "@/vault/api";

const circle: VaultEvent = { type: "changed", what: "circle", circle: "aa11", seq: 3 };
const readers: VaultEvent = { type: "changed", what: "readers", circle: "aa11" };
const today: VaultEvent = { type: "changed", what: "today" };

test.each([
  ["circle:aa11", circle, true],
  ["circle:aa11:plan", circle, true],
  ["circle:aa111", circle, false],
  ["circle:bb22", circle, false],
  ["circles", circle, false],
  ["circle:aa11:readers", circle, true],
  ["circle:aa11:readers", readers, true],
  ["circle:aa11", readers, false],
  ["circle:aa11:plan", readers, false],
  ["circle:bb22:readers", readers, false],
  ["today", today, true],
  ["today", { type: "line", state: "offline" } as const, false],
  ["passkeys", today, false],
])("%s and %o", (key, event, expected) => expect(touches(key, event)).toBe(expected));
