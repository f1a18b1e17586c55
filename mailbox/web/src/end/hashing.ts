/**
 * Who hashes a file while it is sealed. SHA-256 binds here, not the cipher: WebCrypto's is fast and takes only
 * what is whole in memory, so a small file goes there; a large one is hashed in a worker beside the cipher.
 */
import { HASH_WORKER, startBeside } from "@/end/scripts";
import { HashBeside, HashWhole } from "@/protocol/private/beside";
import { Sha256 } from "@/protocol/hashing";
import type { Hashing } from "@/protocol/private/documents";

/** Files up to this size (bytes) may be whole in memory, twice. */
const WHOLE = 16 * 1024 * 1024;

/** Makes the hash of one stream of a file of `size` bytes; each is used or dropped. */
export function hashingFor(size: number): () => Hashing {
  return size <= WHOLE ? () => new HashWhole() : besideUs;
}

/** The same for a file that is read: its pieces are given away as they come, so nothing of it is held. */
export function hashingOf(size: number): Hashing {
  return size <= WHOLE ? new Sha256() : besideUs();
}

function besideUs(): Hashing {
  const worker = startBeside(HASH_WORKER, "hash");
  const hash = new HashBeside(worker, () => worker.terminate());
  worker.onerror = () => hash.fail();
  return hash;
}
