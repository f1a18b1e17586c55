/**
 * Who hashes a file while it is sealed. SHA-256 binds here, not the cipher: WebCrypto's is fast and takes only
 * what is whole in memory, so a small file goes there; a large one is hashed in a worker beside the cipher.
 */
import hashWorker from "@/protocol/private/hash.worker?worker&url";
import { HashBeside, HashWhole } from "@/protocol/private/beside";
import { Sha256 } from "@/protocol/hashing";
import type { Hashing } from "@/protocol/private/documents";

/** Files up to this size (bytes) may be whole in memory, twice. */
const WHOLE = 16 * 1024 * 1024;

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(text: string): string },
  ): {
    createScriptURL(text: string): string;
  };
}

/** Makes the hash of one stream of a file of `size` bytes; each is used or dropped. */
export function hashingFor(size: number): () => Hashing {
  return size <= WHOLE ? () => new HashWhole() : besideUs;
}

/** The same for a file that is read: its pieces are given away as they come, so nothing of it is held. */
export function hashingOf(size: number): Hashing {
  return size <= WHOLE ? new Sha256() : besideUs();
}

function besideUs(): Hashing {
  const worker = new Worker(trusted(), { type: "module", name: "hash" });
  const hash = new HashBeside(worker, () => worker.terminate());
  worker.onerror = () => hash.fail();
  return hash;
}

let address: string | undefined;

/** The worker's address, which the browser takes only from the app's one policy. */
function trusted(): string {
  // Not every browser has Trusted Types, and the language's own types do not know them yet.
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  const rules = { createScriptURL: () => hashWorker };
  address ??= (trustedTypes?.createPolicy("kith", rules) ?? rules).createScriptURL(hashWorker);
  return address;
}
