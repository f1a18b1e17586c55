/** The lists that pages offer: policies' own words, without what is retired. */
import { REASON_MAX } from "@/end/desk";
import { type CodeList, needs, purposes, reasons } from "@/policies/codes";
import { acceptedTypes } from "@/policies/documents";
import { limits } from "@/policies/limits";
import type { Lists, ReasonChoice } from "@/vault/api";

/** Every list. */
export function listsOf(): Lists {
  const { invitationDecline, removal, closing, erase, actionDecline, actionCancel } = reasons();
  const action = [...offered(actionDecline), ...offered(actionCancel)];
  return {
    declineReasons: offered(invitationDecline),
    removeReasons: offered(removal),
    closeReasons: offered(closing),
    eraseReasons: offered(erase),
    actionReasons: action.filter(({ code }, at) => action.findIndex((each) => each.code === code) === at),
    needs: offered(needs()),
    purposes: offered(purposes()),
    accepted: acceptedTypes().flatMap((type) => type.extensions.map((ending) => `.${ending}`)),
    largestDocument: limits().documents.sizeMax,
    longestReason: REASON_MAX,
  };
}

function offered(list: CodeList): ReasonChoice[] {
  return list.offered().map(({ code, label }) => ({ code, label }));
}
