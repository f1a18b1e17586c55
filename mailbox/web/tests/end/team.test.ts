/** Whom a manager lets in, and as what: by the manager's word and the signed records, never by the hub's. */
import { expect, it } from "vitest";
import { Alarm, EvidenceKeeper } from "@/end/alarms";
import { NotReady } from "@/end/errors";
import { admittedAs } from "@/end/team";
import { randomBytes } from "@/protocol/bytes";
import { Role } from "@/protocol/organisation";
import { ByteMap } from "@/protocol/keyed";

const [ann, newcomer] = [randomBytes(16), randomBytes(16)];
const keeper = new EvidenceKeeper();
const members = new ByteMap<{ role: number }>([[ann, { role: Role.REVIEWER }]]);

function role(worker: Uint8Array, replaces: Uint8Array | null): number {
  return admittedAs(members, worker, Role.MANAGER, replaces, keeper);
}

it("a newcomer does what the manager chose", () => {
  expect(role(newcomer, null)).toBe(Role.MANAGER);
});

it("whoever gets new words keeps the role that was signed for, whatever was asked", () => {
  expect(role(ann, ann)).toBe(Role.REVIEWER);
});

it.each([new Uint8Array(16), randomBytes(16), ann])(
  "nobody is let in as a replacement of somebody whose words they are not",
  (replaced) => {
    expect(() => role(newcomer, replaced)).toThrow(Alarm);
  },
);

it("nobody becomes a replacement of somebody who is not in the organisation", () => {
  expect(() => role(newcomer, newcomer)).toThrow(Alarm);
});

it("nobody's words are replaced unasked", () => {
  expect(() => role(ann, null)).toThrow(NotReady);
});
