/** Opening a circle once: until the hub's answer was heard, the same words asked for again are the same circle. */
import type { Desk } from "@/end/desk";
import { Away } from "@/end/errors";
import { type Opened, opening } from "@/end/membership";
import * as answers from "@/hub/answers";
import { toHex } from "@/protocol/bytes";
import type { About } from "@/protocol/private/bodies";

/** A first entry is not sent again later than this: its time would be too old. */
const UNHEARD_MS = 5 * 60_000;

interface Unheard {
  readonly said: string;
  readonly made: Opened;
  readonly at: number;
}

export class Openings {
  #unheard: Unheard | null = null;

  /** Post the first entry of a circle called so. Throws Away: ask for the same again. Refused. */
  async open(desk: Desk, about: About): Promise<Opened> {
    const said = JSON.stringify(about);
    const made = this.#again(said, desk.clock()) ?? (await opening(desk, about));
    this.#unheard ??= { said, made, at: desk.clock() };
    try {
      await desk.connection.post(path(made), made.request, answers.Receipt, { again: true });
      this.#unheard = null;
    } catch (error) {
      if (!(error instanceof Away)) this.#unheard = null;
      throw error;
    }
    return made;
  }

  /** Somebody else may sit here next. */
  forget(): void {
    this.#unheard = null;
  }

  #again(said: string, now: number): Opened | null {
    const { made, at, said: before } = this.#unheard ?? {};
    if (made !== undefined && at !== undefined && before === said && now < at + UNHEARD_MS) return made;
    this.#unheard = null;
    return null;
  }
}

function path({ circle }: Opened): string {
  return `/v1/circles/${toHex(circle)}/entries`;
}
