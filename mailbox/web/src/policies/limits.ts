/** The bounds that the browser needs of the hub's own (policies/data/limits.toml). Sizes in bytes. */
import table from "@policies/limits.toml";
import { section, whole } from "./tables";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const number = (part: string, name: string): number => whole(section(table, part), name, 1);

const LIMITS = {
  entries: { clockSkewMs: number("entries", "clock_skew_ms") },
  circles: {
    membersMax: number("circles", "members_max"),
    invitationsOpenMax: number("circles", "invitations_open_max"),
    actionsOpenMax: number("circles", "actions_open_max"),
  },
  organisations: { workersMax: number("organisations", "workers_max") },
  documents: {
    /** Every part of an upload but the last is exactly this long. */
    part: number("documents", "part"),
    sizeMax: number("documents", "size_max"),
    sealedMax: number("documents", "sealed_max"),
    uploadsOpenPerWorker: number("documents", "uploads_open_per_worker"),
    nameMaxCharacters: number("documents", "name_max_characters"),
  },
  sessions: {
    idleMs: number("sessions", "idle_minutes") * MINUTE,
    /** Keys are put away after this long with nobody there, on a device of one's own and on a shared one. */
    browserIdleMs: number("sessions", "browser_idle_minutes") * MINUTE,
    sharedIdleMs: number("sessions", "shared_idle_minutes") * MINUTE,
    /** How long before that a page says so. */
    warningMs: number("sessions", "warning_minutes") * MINUTE,
    absoluteMs: number("sessions", "absolute_hours") * HOUR,
  },
  statements: { objectsMax: number("statements", "objects_max") },
  /** How far ahead an action may be due. */
  dueAheadMs: number("circles", "due_ahead_days") * DAY,
};

export type Limits = typeof LIMITS;

/** The bounds the product ships with. */
export function limits(): Limits {
  return LIMITS;
}
