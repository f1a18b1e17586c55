/** What every part of one circle's pages knows: which circle, how it stands, and what time it is. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { Alarm } from "@/components/Alarm";
import { TimeText, type TimeTextProps } from "@/components/TimeText";
import { TroubleNote } from "@/components/TroubleNote";
import type { Transfers } from "@/pages/circle/documents/useTransfers";
import type { CircleHead, Trouble } from "@/vault/api";

export interface Inside {
  readonly head: CircleHead;
  readonly now: number;
  /** Ask for the head again, after something was changed here. */
  readonly again: () => void;
  /** Files on their way in and out; they go on while somebody looks at another tab. */
  readonly transfers: Transfers;
}

export const InsideContext = createContext<Inside | null>(null);

export function useInside(): Inside {
  const inside = useContext(InsideContext);
  if (!inside) throw new Error("a part of a circle was drawn outside one");
  return inside;
}

/** A moment, by the circle's one clock. */
export function When(props: Omit<TimeTextProps, "now">) {
  return <TimeText now={useInside().now} {...props} />;
}

/** A fault of one thing among many: marked where it stands, the rest of the page goes on. */
export function InPlace({ trouble }: { readonly trouble: Trouble | undefined }) {
  if (trouble?.kind === "alarm") return <Alarm trouble={trouble} small />;
  return <TroubleNote trouble={trouble} />;
}

/** The case owner's organisation, while the circle is open. */
export function mayManage(head: CircleHead): boolean {
  return head.standing === "owner" && !head.closed;
}
