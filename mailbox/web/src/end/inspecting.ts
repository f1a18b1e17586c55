/** Looking at a file before it is sealed: only what the policy accepts, and under a name that hurts nowhere. */
import { NotAccepted } from "@/end/errors";
import { isDenied } from "@/policies/decisions";
import { mayAttach, typeOf } from "@/policies/documents";
import { inspect } from "@/policies/inspect";
import { limits } from "@/policies/limits";
import { safeName } from "@/policies/names";

/** What a file is shared as. */
export interface Accepted {
  readonly name: string;
  readonly mediaType: string;
}

/** The safe name and the media type of a file that may be shared. Throws NotAccepted. */
export async function accept(file: File): Promise<Accepted> {
  const name = safeName(file.name);
  const found = await inspect(name, file).catch(() => {
    throw new NotAccepted("The file cannot be read. Close it in other programs and choose it again.");
  });
  const decision = mayAttach(found, limits());
  if (isDenied(decision)) throw new NotAccepted(decision.say);
  return { name, mediaType: typeOf(name)?.media ?? "" };
}
