/** Looks at a file somebody chose: what its beginning looks like, and the names in it when it is a container. */
import { namesInside } from "./containers";
import type { Found } from "./documents";
import { LOOKED_AT, detect } from "./sniffing";

const ZIP = 0x504b;

/** What `documents.mayAttach` judges. Rejects when the file cannot be read. */
export async function inspect(name: string, file: Blob): Promise<Found> {
  const start = new Uint8Array(await file.slice(0, LOOKED_AT).arrayBuffer());
  const [first = 0, second = 0] = start;
  const inside = ((first << 8) | second) === ZIP ? await namesInside(file) : null;
  return { name, size: file.size, detected: detect(start), inside };
}
