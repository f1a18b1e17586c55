/**
 * PDF pages as pictures. The file is hostile: no scripts, no forms that act, no links, nothing fetched. Its bytes
 * come from the vault, range by range, already checked.
 */
import type { PDFDocumentProxy, RenderTask } from "pdfjs-dist";
import { PDF_WORKER, trustedScriptUrl } from "@/app/trusted";
import { Decoders } from "@/pages/circle/documents/decoders";
import type { Vault } from "@/vault/client";

/** One request to the vault; pdf.js asks for neighbouring pieces together. */
const CHUNK = 262_144;
const MOST = 4_194_304;
/** No canvas larger than this: a page may claim to be a mile wide. */
const MAX_PIXELS = 16_777_216;

export interface PdfSource {
  readonly circle: string;
  readonly document: string;
  readonly number: number;
  readonly size: number;
}

export interface Pdf {
  readonly pages: number;
  /** Draw `page` (from 1) `width` CSS pixels wide. Stopped by `signal`. */
  readonly draw: (
    page: number,
    canvas: HTMLCanvasElement,
    width: number,
    signal: AbortSignal,
  ) => Promise<void>;
  /** The words on a page, for those who cannot see it. */
  readonly words: (page: number) => Promise<string>;
  readonly close: () => void;
}

export class PdfProblem extends Error {
  constructor(readonly say: string) {
    super(say);
  }
}

/** Open a document for looking. Loads pdf.js the first time. */
export async function openPdf(vault: Vault, source: PdfSource): Promise<Pdf> {
  const pdfjs = await import("pdfjs-dist");
  const port = new Worker(trustedScriptUrl(PDF_WORKER), { type: "module" });
  const worker = pdfjs.PDFWorker.create({ port });
  const range = new pdfjs.PDFDataRangeTransport(source.size, null);
  const failed = new Promise<never>((_, reject) => {
    range.requestDataRange = (begin, end) => {
      readRange(vault, source, begin, Math.min(end, source.size)).then(
        (bytes) => range.onDataRange(begin, bytes),
        (reason: unknown) => reject(reason),
      );
    };
  });
  failed.catch(() => undefined);
  const loading = pdfjs.getDocument({
    range,
    worker,
    length: source.size,
    rangeChunkSize: CHUNK,
    disableAutoFetch: true,
    disableStream: true,
    isEvalSupported: false,
    enableXfa: false,
    useWasm: true,
    useWorkerFetch: false,
    BinaryDataFactory: Decoders,
    stopAtErrors: false,
    maxImageSize: MAX_PIXELS * 4,
    canvasMaxAreaInBytes: MAX_PIXELS * 4,
    verbosity: 0,
  });
  const close = () => {
    void loading.destroy().catch(() => undefined);
    worker.destroy();
    port.terminate();
  };
  try {
    return viewer(await Promise.race([loading.promise, failed]), failed, close, pdfjs.AnnotationMode.DISABLE);
  } catch (reason) {
    close();
    throw problem(reason);
  }
}

async function readRange(vault: Vault, source: PdfSource, begin: number, end: number): Promise<Uint8Array> {
  const whole = new Uint8Array(end - begin);
  for (let at = begin; at < end; at += MOST) {
    const to = Math.min(end, at + MOST);
    whole.set(await vault.readDocument(source.circle, source.document, source.number, at, to), at - begin);
  }
  return whole;
}

function viewer(
  found: PDFDocumentProxy,
  failed: Promise<never>,
  close: () => void,
  annotationMode: number,
): Pdf {
  return {
    pages: found.numPages,
    close,
    async draw(number, canvas, width, signal) {
      const page = await Promise.race([found.getPage(number), failed]);
      const natural = page.getViewport({ scale: 1 });
      const sharp = Math.min(devicePixelRatio || 1, 2);
      const most = Math.sqrt(MAX_PIXELS / (natural.width * natural.height));
      const viewport = page.getViewport({ scale: Math.min((width / natural.width) * sharp, most) });
      canvas.width = Math.floor(viewport.width);
      canvas.height = Math.floor(viewport.height);
      const task: RenderTask = page.render({ canvas, viewport, annotationMode });
      signal.addEventListener("abort", () => task.cancel());
      await Promise.race([task.promise, failed]).catch((reason: unknown) => {
        if (!signal.aborted) throw reason;
      });
    },
    async words(number) {
      const page = await found.getPage(number);
      const { items } = await page.getTextContent();
      return items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : " ") : "")).join("");
    },
  };
}

function problem(reason: unknown): unknown {
  if (!(reason instanceof Error)) return reason;
  if (reason.name === "PasswordException")
    return new PdfProblem(
      "This PDF asks for a password. Save it, and open it with a program that can ask for it.",
    );
  if (reason.name === "InvalidPDFException")
    return new PdfProblem(
      "This file cannot be shown here: it is not a PDF, or it is damaged. You can save it.",
    );
  return reason;
}
