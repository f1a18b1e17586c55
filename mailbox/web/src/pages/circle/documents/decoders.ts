/**
 * What unpacks the pictures of scans, JPEG 2000 and JBIG2: the two programs that pdf.js brings. They come with the app,
 * as text in a script of it that is loaded when the first such page is shown, so nothing is asked for by an address
 * which a document could choose. They run in pdf.js's own worker, which may compile them and reach nothing.
 */
import { fromBase64 } from "@/protocol/bytes";

type Loading = () => Promise<{ readonly text: string }>;

const KNOWN: ReadonlyMap<string, Loading> = new Map([
  ["openjpeg.wasm", () => import("pdfjs-dist/wasm/openjpeg.wasm?base64")],
  ["jbig2.wasm", () => import("pdfjs-dist/wasm/jbig2.wasm?base64")],
]);

/** The program of that name. Throws TypeError for any other. */
async function decoder(name: string): Promise<Uint8Array> {
  const load = KNOWN.get(name);
  if (load === undefined) throw new TypeError("no such program");
  return fromBase64((await load()).text);
}

/** How pdf.js asks for them: one of these is made for each document. */
export class Decoders {
  /** By this name because pdf.js calls it so; nothing leaves the app. */
  readonly fetch = ({ filename }: { readonly filename: string }): Promise<Uint8Array> => decoder(filename);
}
