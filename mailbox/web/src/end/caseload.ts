/**
 * Which circles a colleague works on, and handing them over: a manager's work, which the hub enforces
 * (keyholder/caseload.py).
 */
import type { Context } from "@/end/context";
import type { Desk } from "@/end/desk";
import { NotReady } from "@/end/errors";
import * as answers from "@/hub/answers";
import { fromHex, toHex } from "@/protocol/bytes";
import type { Hex, VaultApi } from "@/vault/api";

const PAGES = 100;

/** Who of the own organisation works on what. */
export class Caseload {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** The circles a colleague is assigned to; also of one who left. Throws Refused: not a manager. */
  async of(worker: Uint8Array): Promise<readonly answers.WorkedOnRow[]> {
    const found: answers.WorkedOnRow[] = [];
    const kind = answers.page(answers.WorkedOnRow);
    let after: string | number | null = null;
    for (let turn = 0; turn < PAGES; turn++) {
      const query: { after: string | number | null } = { after };
      const rows = await this.#desk.connection.get(`/v1/colleagues/${toHex(worker)}/circles`, kind, {
        query,
      });
      found.push(...rows.items);
      after = rows.next;
      if (after === null) break;
    }
    return found;
  }

  /**
   * Put `to` on every circle of `worker`, who comes off it: never is nobody on one. How many. It may stop
   * anywhere and be done again: what is handed over stays so. Throws NotReady, Refused.
   */
  async handOver(worker: Uint8Array, to: Uint8Array): Promise<number> {
    if (toHex(worker) === toHex(to)) throw new NotReady("Choose another colleague.");
    const rows = await this.of(worker);
    for (const { circle } of rows) {
      await this.#assign(circle, to, true);
      await this.#assign(circle, worker, false);
    }
    return rows.length;
  }

  async #assign(circle: Uint8Array, worker: Uint8Array, on: boolean): Promise<void> {
    const path = `/v1/circles/${toHex(circle)}/assignments/${toHex(worker)}`;
    await this.#desk.connection.put(path, { on }, answers.Nothing);
  }
}

/** The same for pages. `titleOf`: the verified name of a circle; empty when it is not known. */
export function caseloadMethods(
  context: Context,
  titleOf: (circle: Hex) => Promise<string>,
): Pick<VaultApi, "caseload" | "handOver"> {
  const load = (): Caseload => new Caseload(context.desk());
  return {
    async caseload(worker) {
      const rows = await load().of(fromHex(worker));
      const found = [];
      for (const { circle, closed } of rows) {
        const id = toHex(circle);
        found.push({ circle: id, title: await titleOf(id), closed });
      }
      return found.sort((one, other) => Number(one.closed) - Number(other.closed));
    },

    async handOver(worker, to) {
      const count = await load().handOver(fromHex(worker), fromHex(to));
      context.emit({ type: "changed", what: "circles" });
      return count;
    },
  };
}
