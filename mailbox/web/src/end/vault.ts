/** The vault: every method that pages may ask, put together from the rooms of this end. */
import { basisMethods } from "@/end/basis";
import { caseloadMethods } from "@/end/caseload";
import { checkMethods } from "@/end/checkmethods";
import { circleSide } from "@/end/circlemethods";
import { documentSide } from "@/end/documentmethods";
import { draftMethods } from "@/end/drafting";
import { listsOf } from "@/end/lists";
import { organisationMethods } from "@/end/organisationmethods";
import { recoveryMethods } from "@/end/recoverymethods";
import { sessionMethods } from "@/end/sessionmethods";
import { Sitting } from "@/end/sitting";
import type { Store } from "@/end/store";
import { Connection } from "@/hub/connection";
import type { VaultApi, VaultEvent } from "@/vault/api";

/** Methods whose first argument names a circle that a page is looking at. */
const LOOKS: ReadonlySet<string> = new Set([
  "circle",
  "thread",
  "plan",
  "documents",
  "readers",
  "timeline",
] satisfies readonly (keyof VaultApi)[]);

/** What the worker needs of it. */
export interface Whole {
  readonly api: VaultApi;
  /** A line from the service worker, which serves opened documents. */
  documents(port: MessagePort): void;
  /** This device says that it has a line again, or none. */
  online(yes: boolean): void;
}

/** `origin`: of the hub. `emit` tells the page. */
export function vaultOf(origin: string, store: Store, emit: (event: VaultEvent) => void): Whole {
  const sitting = new Sitting(store, new Connection(origin), emit);
  const circles = circleSide(sitting);
  const documents = documentSide(sitting, (circle) => circles.rooms(circle));
  circles.showDocuments(documents.view);
  sitting.busy = () => documents.busy();
  sitting.wakes.onBack(() => documents.wake());
  const methods: VaultApi = {
    lists: () => Promise.resolve(listsOf()),
    ...sessionMethods(sitting),
    ...draftMethods(sitting),
    ...recoveryMethods(sitting),
    ...organisationMethods(sitting, () => sitting.tell()),
    ...caseloadMethods(sitting, (circle) => circles.titleOf(circle)),
    ...checkMethods(sitting, documents.reachable),
    ...circles.methods,
    ...basisMethods((circle) => circles.rooms(circle)),
    ...documents.methods,
  };
  return {
    api: watched(methods, sitting),
    documents: (port) => documents.lend(port),
    online: (yes) => sitting.wakes.reached(yes),
  };
}

/** The same methods, noting which circle is looked at. */
function watched(methods: VaultApi, sitting: Sitting): VaultApi {
  const noted = Object.entries(methods).map(([name, method]: [string, (...args: never[]) => unknown]) => {
    if (!LOOKS.has(name)) return [name, method];
    const looking = (...args: never[]): unknown => {
      if (typeof args[0] === "string") sitting.wakes.looksAt(args[0]);
      return method(...args);
    };
    return [name, looking];
  });
  // The names and methods are those of `methods`, which no type can see.
  return Object.fromEntries(noted) as VaultApi;
}
