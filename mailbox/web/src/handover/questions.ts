/**
 * The service worker's part in handing a session over: it takes a question from one vault and brings the answer
 * of another, and serves nobody else (docs/decisions/0008). It sees a public key and a sealed box, and keeps
 * neither for longer than the question is open. A service worker that is stopped forgets; the asker hears nothing.
 */
import { ASK, GIVE, isQuestion, KEY, LARGEST, PATIENCE_MS } from "@/vault/handover";

/** Questions that may be open at once. */
export const MOST = 32;
const VAULT = /^\/assets\/vault\.worker-[\w-]+\.js$/;

/** Who asks, as the browser itself says: what the service worker needs of a `Client`. */
export interface Who {
  readonly type: string;
  readonly url: string;
}

interface Open {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly answer: (box: Uint8Array<ArrayBuffer> | null) => void;
}

/** Whether that client is a vault: a dedicated worker whose script is the built one. No page, frame or blob is. */
export function isVault(who: Who | undefined, origin: string): boolean {
  if (who?.type !== "worker") return false;
  const url = new URL(who.url);
  return url.origin === origin && VAULT.test(url.pathname);
}

/** The questions that are open now. */
export class Questions {
  readonly #open = new Map<string, Open>();

  /** `announce` tells every tab the id of a question. */
  constructor(
    private readonly origin: string,
    private readonly announce: (question: string) => void,
    private readonly patience = PATIENCE_MS,
  ) {}

  /** The answer to one request below "/tabs/". */
  async answer(request: Request, who: Who | undefined): Promise<Response> {
    // Vaults ask so, and only for this: no other request that a page may talk a vault into is answered.
    const asked = request.method === "POST" && request.cache === "only-if-cached";
    if (!asked || !isVault(who, this.origin)) return said(403);
    const { pathname } = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    const [path, question] = [pathname.slice(0, -32), pathname.slice(-32)];
    if (!isQuestion(question) || body.length > LARGEST) return said(400);
    if (path === ASK) return await this.#ask(question, body);
    if (path === KEY) return said(404, this.#open.get(question)?.key);
    if (path === GIVE) return said(this.#give(question, body) ? 204 : 404);
    return said(404);
  }

  async #ask(question: string, key: Uint8Array<ArrayBuffer>): Promise<Response> {
    if (this.#open.size >= MOST || this.#open.has(question)) return said(429);
    let late: ReturnType<typeof setTimeout> | undefined;
    const answered = new Promise<Uint8Array<ArrayBuffer> | null>((resolve) => {
      this.#open.set(question, { key, answer: resolve });
      late = setTimeout(() => resolve(null), this.patience);
    });
    this.announce(question);
    const box = await answered;
    clearTimeout(late);
    this.#open.delete(question);
    return said(204, box ?? undefined);
  }

  /** The first answer counts, and there is one. */
  #give(question: string, box: Uint8Array<ArrayBuffer>): boolean {
    const open = this.#open.get(question);
    this.#open.delete(question);
    open?.answer(box);
    return open !== undefined;
  }
}

/** Those bytes, or else that status with nothing. */
function said(otherwise: number, body?: Uint8Array<ArrayBuffer>): Response {
  const headers = { "Content-Type": "application/octet-stream", "Cache-Control": "no-store" };
  return new Response(body ?? null, { status: body === undefined ? otherwise : 200, headers });
}
