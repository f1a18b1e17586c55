/** What members were asked, and what the person agreed to: the words of each organisation's last invitation. */
import type { CircleView } from "@/end/circle";
import { wordsOf } from "@/end/entryviews";
import { listings } from "@/end/logbook";
import { equal, toHex } from "@/protocol/bytes";
import { Kind } from "@/protocol/facts";
import type { Hex, InvitedWith, VaultApi } from "@/vault/api";

/** `rooms`: one circle of whoever is signed in; nothing is fetched yet. */
export function basisMethods(rooms: (circle: Hex) => CircleView): Pick<VaultApi, "invitedWith"> {
  return {
    async invitedWith(circle) {
      const view = rooms(circle);
      await view.sync();
      const { members, pending } = view.book.circle;
      const here = [...members, ...pending].map(([organisation]) => organisation);
      const found: InvitedWith[] = [];
      for (const [organisation, seq] of lastInvitations(view, here)) {
        const [item] = await view.thread.openRange(seq, seq + 1);
        const text = item === undefined || item.alarm !== null ? "" : wordsOf(item);
        if (text !== "") found.push({ organisation, text });
      }
      return found;
    },
  };
}

/** The entry that invited each of `here` last; none for whoever was there from the beginning. */
function lastInvitations(view: CircleView, here: readonly Uint8Array[]): ReadonlyMap<Hex, number> {
  const found = new Map<Hex, number>();
  for (const { facts, placed } of view.book.backwards(Kind.INVITE)) {
    for (const { organisation } of listings(facts)) {
      const named = toHex(organisation);
      if (!found.has(named) && here.some((one) => equal(one, organisation))) found.set(named, placed.seq);
    }
  }
  return found;
}
