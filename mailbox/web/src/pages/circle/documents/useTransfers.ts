/** Files on their way: what the vault tells of each, and what was refused before it began. */
import { useCallback, useEffect, useState } from "preact/hooks";
import { troubleOf, useVault } from "@/app/vault";
import type { DownloadJob, Hex, OpenedDocument, Trouble, UploadJob } from "@/vault/api";

export interface HowToShare {
  readonly description: string;
  readonly only: readonly Hex[] | null;
  /** The document this becomes a new version of. */
  readonly document: Hex | null;
}

/** A file that never started, with the reason. */
export interface RefusedFile {
  readonly key: string;
  readonly file: File;
  readonly how: HowToShare;
  readonly trouble: Trouble;
}

export interface Transfers {
  readonly uploads: readonly UploadJob[];
  readonly refused: readonly RefusedFile[];
  readonly downloads: readonly DownloadJob[];
  readonly share: (files: readonly File[], how: HowToShare) => void;
  readonly save: (document: Hex, number: number) => Promise<void>;
  readonly cancelUpload: (job: string) => void;
  readonly retryUpload: (job: string) => void;
  readonly again: (refused: RefusedFile) => void;
  readonly cancelDownload: (job: string) => void;
  /** Take a finished, stopped or refused row away. */
  readonly dismiss: (key: string) => void;
}

function put<T extends { readonly job: string }>(rows: readonly T[], row: T): readonly T[] {
  return rows.some(({ job }) => job === row.job)
    ? rows.map((one) => (one.job === row.job ? row : one))
    : [...rows, row];
}

let refusals = 0;

export function useTransfers(circle: Hex): Transfers {
  const vault = useVault();
  const [uploads, setUploads] = useState<readonly UploadJob[]>([]);
  const [downloads, setDownloads] = useState<readonly DownloadJob[]>([]);
  const [refused, setRefused] = useState<readonly RefusedFile[]>([]);

  useEffect(() => {
    setUploads([]);
    setDownloads([]);
    setRefused([]);
    let left = false;
    // Whoever looked elsewhere meanwhile sees what came of their files; what is told from now on is newer.
    vault.uploads(circle).then(
      (jobs) => left || setUploads((rows) => rows.reduce(put, jobs)),
      () => undefined,
    );
    const hear = vault.subscribe((event) => {
      if (event.type === "upload" && event.job.circle === circle) setUploads((rows) => put(rows, event.job));
      if (event.type === "download") setDownloads((rows) => put(rows, event.job));
    });
    return () => {
      left = true;
      hear();
    };
  }, [vault, circle]);

  const shareOne = useCallback(
    async (file: File, how: HowToShare) => {
      try {
        await vault.upload(circle, file, how);
      } catch (reason) {
        const key = `refused-${++refusals}`;
        setRefused((rows) => [...rows, { key, file, how, trouble: troubleOf(reason) }]);
      }
    },
    [vault, circle],
  );
  const dismiss = useCallback(
    (key: string) => {
      setRefused((rows) => rows.filter((row) => row.key !== key));
      setUploads((rows) => rows.filter((row) => row.job !== key));
      setDownloads((rows) => rows.filter((row) => row.job !== key));
      void vault.dismissUpload(key).catch(() => undefined);
    },
    [vault],
  );
  // A failure of these comes back as an event about the job itself.
  const quietly = (work: Promise<void>) => void work.catch(() => undefined);

  return {
    uploads,
    refused,
    downloads,
    share: (files, how) => files.forEach((file) => void shareOne(file, how)),
    save: async (document, number) => handOver(await vault.saveDocument(circle, document, number)),
    cancelUpload: (job) => quietly(vault.cancelUpload(job)),
    retryUpload: (job) => quietly(vault.retryUpload(job)),
    again: (row) => {
      dismiss(row.key);
      void shareOne(row.file, row.how);
    },
    cancelDownload: (job) => quietly(vault.cancelDownload(job)),
    dismiss,
  };
}

/**
 * Give a file to the browser's own downloads. A streamed one is followed as a link, which the service worker
 * answers as an attachment: links marked as downloads pass it by.
 */
function handOver(opened: OpenedDocument): void {
  const link = document.createElement("a");
  link.href = opened.url;
  if (opened.way === "whole") link.download = opened.name;
  link.rel = "noopener";
  document.body.append(link);
  link.click();
  link.remove();
}
