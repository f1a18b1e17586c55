/** What a hub serves besides the files themselves: smaller twins of them, and the manifest of everything. */
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export const MANIFEST = "manifest.json";
const TWINS = /\.(?:br|gz)$/;
const WORTH_IT = /\.(?:css|html|js|json|mjs|svg|txt|wasm|webmanifest)$/;
const LEAST = 512;

/** One file that a browser may be given. */
interface Listed {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** Write the manifest of everything in `folder`, sorted by path, and with `twins` a `.br` and a `.gz` beside files. */
export async function pack(folder: string, twins: boolean): Promise<void> {
  const listed: Listed[] = [];
  for (const path of await files(folder)) {
    const bytes = await readFile(join(folder, path));
    listed.push({ path, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
    if (twins && bytes.length >= LEAST && WORTH_IT.test(path)) await twin(join(folder, path), bytes);
  }
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(listed, null, 1)}\n`);
}

async function files(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((each) => each.isFile())
    .map((each) =>
      join(each.parentPath, each.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((path) => path !== MANIFEST && !TWINS.test(path))
    .sort((one, other) => (one < other ? -1 : 1));
}

async function twin(path: string, bytes: Buffer): Promise<void> {
  const hint = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  await writeFile(`${path}.br`, brotliCompressSync(bytes, { params: hint }));
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
