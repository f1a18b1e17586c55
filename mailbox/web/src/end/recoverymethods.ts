/** What pages may ask about coming back with the printed kit. What was drawn lives here until it was typed back. */
import { NotReady } from "@/end/errors";
import { keepName, typedName } from "@/end/profile";
import { bringBack, type ComingBack, type KitPlace, prepareRecovery, readKit } from "@/end/recovery";
import { unlock } from "@/end/session";
import { checkTyped } from "@/end/sessionmethods";
import type { Sitting } from "@/end/sitting";
import { randomBytes } from "@/protocol/bytes";
import type { VaultApi } from "@/vault/api";

/** A kit's secret is not kept for longer than somebody needs to write six words down. */
const KEPT_MS = 30 * 60_000;

/** Who comes back, and by what the hub is to know the device. */
interface Back {
  readonly drawn: ComingBack;
  readonly name: string;
  device: Uint8Array | null;
}

export function recoveryMethods(sitting: Sitting): Pick<VaultApi, "recoverPrepare" | "recoverConfirm"> {
  const { connection, keeper } = sitting;
  let back: Back | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function place(): Promise<KitPlace> {
    return { connection, trust: await sitting.trust(), keeper, clock: sitting.now };
  }

  function forget(): void {
    clearTimeout(timer);
    back = null;
  }

  return {
    async recoverPrepare(kit, person) {
      forget();
      const name = typedName(person.name);
      const read = readKit(kit.organisation, kit.words);
      const drawn = await prepareRecovery(await place(), read, person.address, person.mail);
      back = { drawn, name, device: null };
      timer = setTimeout(forget, KEPT_MS);
      return { words: drawn.words.split(" ") };
    },

    async recoverConfirm(typed, sharedDevice) {
      const now = back;
      if (now === null)
        throw new NotReady("Start again with the kit: too much time has passed.", "start-again");
      const { address, keys, words, worker, kit } = now.drawn;
      checkTyped(typed, words);
      const device = (now.device ??= sharedDevice ? randomBytes(32) : await sitting.device.token(address));
      const where = await place();
      await bringBack(where, now.drawn, device);
      const who = { worker, organisation: kit.organisation };
      const proof = { device, code: null };
      const unlocked = await unlock(connection, where.trust, { address, keys }, proof, keeper, who);
      await sitting.enter(unlocked, sharedDevice);
      forget();
      const desk = sitting.desk();
      await keepName(desk, now.name);
      desk.me.name = now.name;
      return await sitting.session();
    },
  };
}
