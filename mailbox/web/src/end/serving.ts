/**
 * Serving opened documents to this browser alone: addresses that nobody can guess, ranges, and headers under
 * which nothing inside a document can act.
 */
import type { Head, Served, ToServer, Wish } from "@/vault/opened";
import { OPENED_PATH } from "@/vault/opened";

/** A document as it is read: its true size, and its bytes from `start` to `stop` (excluded), checked. */
export interface Readable {
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
  /** "view": in the page. "save": through the browser's own saving, whole and checked to the last byte. */
  readonly how: "view" | "save";
  read(start: number, stop: number): AsyncIterator<Uint8Array>;
}

/** What the page may show inside itself; anything else is only ever saved. */
const SHOWN =
  /^(image\/(png|jpeg|gif|webp)|video\/(mp4|webm|quicktime)|audio\/(mpeg|mp4|ogg|wav|webm)|application\/pdf)$/;

/** The documents that are open in this vault, and the doors through which the service worker asks for them. */
export class Serving {
  private readonly open = new Map<string, Readable>();
  private doors = 0;

  /** Whether a service worker can ask here at all; private windows of some browsers have none. */
  get reachable(): boolean {
    return this.doors > 0;
  }

  /** Take a line from the service worker. */
  lend(door: MessagePort): void {
    this.doors += 1;
    door.onmessage = (event: MessageEvent<ToServer>) => {
      const [line] = event.ports;
      if (line !== undefined) this.serve(event.data, line);
    };
  }

  /** The address under which a document is served from now on. */
  add(readable: Readable): string {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
      byte.toString(16).padStart(2, "0"),
    ).join("");
    this.open.set(id, readable);
    return OPENED_PATH + id;
  }

  /** Serve it no longer. */
  remove(url: string): void {
    this.open.delete(url.slice(OPENED_PATH.length));
  }

  /** At lock and sign-out: nothing is served any more. */
  clear(): void {
    this.open.clear();
  }

  private serve(asked: ToServer, line: MessagePort): void {
    const readable = this.open.get(asked.id);
    if (readable === undefined) return say(line, { none: true });
    const range = asked.range === null ? null : rangeOf(asked.range, readable.size);
    const [start, stop] = range ?? [0, readable.size];
    if (range !== null && start >= stop) return say(line, { head: unsatisfied(readable) });
    say(line, { head: headOf(readable, start, stop, range !== null) });
    this.feed(asked.id, readable.read(start, stop), line);
  }

  /** One piece for each "more"; nothing is read ahead, and nothing after it was closed. */
  private feed(id: string, pieces: AsyncIterator<Uint8Array>, line: MessagePort): void {
    let before = Promise.resolve();
    line.onmessage = ({ data }: MessageEvent<Wish>) => {
      before = before.then(() => (data === "more" ? this.next(id, pieces, line) : stop(pieces, line)));
    };
  }

  private async next(id: string, pieces: AsyncIterator<Uint8Array>, line: MessagePort): Promise<void> {
    try {
      if (!this.open.has(id)) throw new TypeError("closed");
      const { done, value } = await pieces.next();
      if (done === true) say(line, { end: true });
      else line.postMessage({ piece: value } satisfies Served, [value.buffer as ArrayBuffer]);
    } catch {
      say(line, { broken: true });
    }
  }
}

function say(line: MessagePort, served: Served): void {
  line.postMessage(served);
}

async function stop(pieces: AsyncIterator<Uint8Array>, line: MessagePort): Promise<void> {
  await pieces.return?.();
  line.close();
}

/** Start and stop (excluded) of a Range header with one range; the whole when it is none we know (RFC 9110). */
export function rangeOf(header: string, size: number): readonly [number, number] {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim());
  const [first, last] = [found?.[1] ?? "", found?.[2] ?? ""];
  if (first === "") return last === "" ? [0, size] : [Math.max(0, size - Number(last)), size];
  return [Number(first), last === "" ? size : Math.min(size, Number(last) + 1)];
}

function unsatisfied(readable: Readable): Head {
  return { status: 416, headers: { "Content-Range": `bytes */${readable.size}` } };
}

function headOf(readable: Readable, start: number, stop: number, ranged: boolean): Head {
  const shown = readable.how === "view" && SHOWN.test(readable.mediaType);
  const headers: Record<string, string> = {
    "Content-Type": shown ? readable.mediaType : "application/octet-stream",
    "Content-Length": String(stop - start),
    "Accept-Ranges": readable.how === "view" ? "bytes" : "none",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": shown ? "inline" : attachment(readable.name),
  };
  if (ranged) headers["Content-Range"] = `bytes ${start}-${stop - 1}/${readable.size}`;
  return { status: ranged ? 206 : 200, headers };
}

/** The name goes percent-encoded (RFC 6266, RFC 8187): nothing in it can end the header. */
function attachment(name: string): string {
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
