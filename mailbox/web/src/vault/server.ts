/** The vault's side of the line: answers questions for one page, and turns every failure into a `Trouble`. */
import type { Trouble, VaultApi, VaultEvent } from "@/vault/api";
import type { Answer, FromVault, Question, ToVault } from "@/vault/channel";

/** What the server needs of the worker it runs in. */
export interface Line {
  postMessage(message: FromVault): void;
  addEventListener(type: "message", heard: (event: MessageEvent<ToVault>) => void): void;
}

/** Answer questions from now on. `trouble` words whatever a method threw. */
export function serve(
  line: Line,
  api: VaultApi,
  trouble: (reason: unknown) => Trouble,
  documents: (port: MessagePort) => void,
): (event: VaultEvent) => void {
  line.addEventListener("message", ({ data }) => {
    if ("documents" in data) documents(data.documents);
    else void answer(api, data.question, trouble).then((said) => line.postMessage({ answer: said }));
  });
  line.postMessage({ ready: true });
  return (event) => line.postMessage({ event });
}

async function answer(
  api: VaultApi,
  question: Question,
  trouble: (reason: unknown) => Trouble,
): Promise<Answer> {
  const { id, method, args } = question;
  try {
    const found: unknown = Object.hasOwn(api, method) ? Reflect.get(api, method) : undefined;
    if (typeof found !== "function") throw new TypeError(`the vault has no ${method}`);
    const value: unknown = await Reflect.apply(found, api, args);
    return { id, value };
  } catch (reason) {
    return { id, trouble: trouble(reason) };
  }
}
