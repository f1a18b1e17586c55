/**
 * Hashes taken beside the cipher, in a worker of their own (crypto/private/beside.py).
 *
 * SHA-256 of a stream costs several times what AES-GCM costs here: in turn with the cipher it would leave a core
 * idle. Order is kept; memory stays flat because a hash that falls behind makes the sealer wait.
 */
import { joined } from "../bytes";
import { sha256Beside } from "./content";
import type { Hashing } from "./documents";

/** Handed over this many bytes at a time. */
const BATCH = 1024 * 1024;
/** Batches handed over and not yet hashed, at most. */
const WAITING = 4;

/** One end of a channel: a worker, its global scope, or a MessagePort. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<unknown>) => unknown) | null;
}

/** SHA-256 by whoever serves the other end with `serveHash`. `close` ends that other end. */
export class HashBeside implements Hashing {
  readonly #port: Port;
  readonly #close: () => void;
  #batch = new Uint8Array(BATCH);
  /** Batches that came back: they go round, so that a long stream leaves no garbage behind. */
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #filled = 0;
  #behind = 0;
  #told: (() => void) | undefined;
  #hash: Uint8Array | undefined;
  #failed = false;

  constructor(port: Port, close: () => void) {
    this.#port = port;
    this.#close = close;
    port.onmessage = ({ data }) => {
      this.#behind -= 1;
      if (data instanceof ArrayBuffer) this.#spare.push(new Uint8Array(data));
      else if (data instanceof Uint8Array) this.#hash = data;
      this.#told?.();
    };
  }

  /** Take the next bytes, which may change afterwards. Waits while the other end is behind. */
  async update(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + BATCH - this.#filled);
      this.#batch.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === BATCH) await this.#handOver();
    }
  }

  /** The hash of everything taken. 32 bytes. */
  async digest(): Promise<Uint8Array> {
    await this.#handOver();
    this.#behind += 1;
    this.#port.postMessage(null, []);
    await this.#until(() => this.#hash !== undefined);
    this.#close();
    return this.#hash ?? new Uint8Array(0);
  }

  drop(): void {
    this.#close();
  }

  /** The other end is not there: whoever waits is told, instead of waiting for ever. */
  fail(): void {
    this.#failed = true;
    this.#told?.();
  }

  async #handOver(): Promise<void> {
    const batch = this.#batch.subarray(0, this.#filled);
    this.#behind += 1;
    this.#port.postMessage(batch, [batch.buffer]);
    this.#batch = this.#spare.pop() ?? new Uint8Array(BATCH);
    this.#filled = 0;
    await this.#until(() => this.#behind < WAITING);
  }

  async #until(so: () => boolean): Promise<void> {
    while (!so()) {
      if (this.#failed) throw new Error("the hash could not be taken");
      await new Promise<void>((told) => {
        this.#told = told;
      });
    }
  }
}

/** What takes one stream of bytes and then says its hash. */
export interface Taking {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

/** Hash what comes through `port`, in order: bytes are taken and their buffer given back, null asks for the hash. */
export function serveHash(port: Port, made: Promise<Taking>): void {
  let turn = made;
  port.onmessage = ({ data }) => {
    turn = turn.then((hash) => {
      if (data instanceof Uint8Array) {
        hash.update(data);
        port.postMessage(data.buffer, [data.buffer]);
      } else port.postMessage(hash.digest(), []);
      return hash;
    });
    return turn;
  };
}

/** SHA-256 by the browser itself, which is ten times as fast and wants everything at once: for small files. */
export class HashWhole implements Hashing {
  #pieces: Uint8Array[] = [];

  /** Take the next bytes, which stay as they are. */
  update(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
  }

  /** The hash of everything taken. 32 bytes. */
  digest(): Promise<Uint8Array> {
    return sha256Beside(joined(this.#pieces));
  }

  drop(): void {
    this.#pieces = [];
  }
}
