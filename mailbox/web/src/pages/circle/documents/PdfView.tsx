/** A PDF as a column of pages. Each page is drawn when it comes near, and forgotten when it is far away. */
import { useEffect, useRef, useState } from "preact/hooks";
import { troubleOf, useVault } from "@/app/vault";
import { Button } from "@/components/Button";
import { Loading } from "@/components/Loading";
import { TroubleNote } from "@/components/TroubleNote";
import { openPdf, PdfProblem, type Pdf, type PdfSource } from "@/pages/circle/documents/pdf";
import type { Trouble } from "@/vault/api";

/** A document may claim any number of pages; this many are laid out at a time. */
const PAGES_AT_A_TIME = 50;

function wordsFor(reason: unknown): Trouble {
  return reason instanceof PdfProblem ? { kind: "fault", code: "pdf", say: reason.say } : troubleOf(reason);
}

export function PdfView({ source }: { readonly source: PdfSource }) {
  const vault = useVault();
  const [pdf, setPdf] = useState<Pdf | undefined>(undefined);
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const [shown, setShown] = useState(PAGES_AT_A_TIME);
  useEffect(() => {
    let left = false;
    let opened: Pdf | undefined;
    openPdf(vault, source).then(
      (found) => {
        opened = found;
        if (left) found.close();
        else setPdf(found);
      },
      (reason: unknown) => left || setTrouble(wordsFor(reason)),
    );
    return () => {
      left = true;
      opened?.close();
    };
  }, [vault, source.circle, source.document, source.number]);

  if (trouble) return <TroubleNote trouble={trouble} />;
  if (!pdf) return <Loading words="Opening the PDF" />;
  const pages = Math.min(shown, pdf.pages);
  return (
    <div class="kith-pdf">
      <p class="kith-pdf__count">{pdf.pages === 1 ? "1 page" : `${pdf.pages} pages`}</p>
      <ol class="kith-pdf__pages">
        {Array.from({ length: pages }, (_, index) => (
          <li key={index} class="kith-pdf__item">
            <PdfPage pdf={pdf} number={index + 1} />
          </li>
        ))}
      </ol>
      {pages < pdf.pages && (
        <Button kind="secondary" onClick={() => setShown(shown + PAGES_AT_A_TIME)}>
          Show more pages
        </Button>
      )}
    </div>
  );
}

function PdfPage({ pdf, number }: { readonly pdf: Pdf; readonly number: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const near = useNear(box);
  const [trouble, setTrouble] = useState<Trouble | undefined>(undefined);
  const [words, setWords] = useState<string | undefined>(undefined);
  useEffect(() => {
    const target = canvas.current;
    if (!near || !target || !box.current) return undefined;
    const stop = new AbortController();
    pdf.draw(number, target, box.current.clientWidth, stop.signal).catch((reason: unknown) => {
      if (!stop.signal.aborted) setTrouble(wordsFor(reason));
    });
    return () => {
      stop.abort();
      target.width = 0;
    };
  }, [pdf, number, near]);
  return (
    <>
      <div class="kith-pdf__page" ref={box}>
        <TroubleNote trouble={trouble} />
        <canvas ref={canvas} class="kith-pdf__canvas" role="img" aria-label={`Page ${number} as a picture`} />
      </div>
      <details
        class="kith-pdf__words"
        onToggle={(event) => {
          if (event.currentTarget.open && words === undefined)
            pdf.words(number).then(setWords, () => setWords(""));
        }}
      >
        <summary>Words on page {number}</summary>
        <p class="kith-plain-text">
          {words === undefined ? "Reading…" : words.trim() || "This page holds no words, only a picture."}
        </p>
      </details>
    </>
  );
}

/** Is it in sight, or about to be? */
function useNear(box: { readonly current: HTMLElement | null }): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new IntersectionObserver((changes) => setNear(changes.at(-1)?.isIntersecting ?? false), {
      rootMargin: "100% 0px",
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return near;
}
