/**
 * The names in a zip container, read from its index at the end, without unpacking anything
 * (keyholder/inspect.py).
 *
 * Stricter than programs that open such files need be: one disk, an index of honest size that ends exactly
 * where the end record begins, and as many names as it counts. Anything else has not been looked into.
 */

const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LONGEST_COMMENT = 0xffff;
const LARGEST_INDEX = 8 * 1024 * 1024;
const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const LITTLE = true;
const UTF8_NAMES = 0x0800;

interface End {
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

/** The names, folders included; null when the index is damaged, or larger than any honest document's. */
export async function namesInside(file: Blob): Promise<readonly string[] | null> {
  const from = Math.max(0, file.size - LONGEST_COMMENT - END_BYTES);
  const end = findEnd(await bytesOf(file.slice(from)), from);
  if (end === null || end.length > LARGEST_INDEX) return null;
  return namesOf(await bytesOf(file.slice(end.start, end.start + end.length)), end.count);
}

async function bytesOf(part: Blob): Promise<DataView> {
  return new DataView(await part.arrayBuffer());
}

/** The last end record, if the index it names ends right before it. `from` is where `tail` begins. */
function findEnd(tail: DataView, from: number): End | null {
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, LITTLE) === END_MARK) return readEnd(tail, at, from);
  }
  return null;
}

function readEnd(tail: DataView, at: number, from: number): End | null {
  const [disk, indexDisk, here, count] = [4, 6, 8, 10].map((field) => tail.getUint16(at + field, LITTLE));
  const [length, start] = [tail.getUint32(at + 12, LITTLE), tail.getUint32(at + 16, LITTLE)];
  const comment = tail.getUint16(at + 20, LITTLE);
  const whole = disk === 0 && indexDisk === 0 && here === count && count !== undefined && count < 0xffff;
  const ends = start + length === from + at && at + END_BYTES + comment === tail.byteLength;
  return whole && ends ? { count, start, length } : null;
}

function namesOf(index: DataView, count: number): readonly string[] | null {
  const names: string[] = [];
  let at = 0;
  while (names.length < count) {
    if (at + ENTRY_BYTES > index.byteLength || index.getUint32(at, LITTLE) !== ENTRY_MARK) return null;
    const [name = 0, extra = 0, comment = 0] = [28, 30, 32].map((field) =>
      index.getUint16(at + field, LITTLE),
    );
    if (at + ENTRY_BYTES + name > index.byteLength) return null;
    const encoding = (index.getUint16(at + 8, LITTLE) & UTF8_NAMES) === 0 ? "latin1" : "utf-8";
    const raw = new Uint8Array(index.buffer, index.byteOffset + at + ENTRY_BYTES, name);
    names.push(new TextDecoder(encoding).decode(raw));
    at += ENTRY_BYTES + name + extra + comment;
  }
  return at === index.byteLength ? names : null;
}
