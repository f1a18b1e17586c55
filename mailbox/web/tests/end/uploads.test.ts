/** Files on their way, as a person stops them and goes on. */
import { expect, test } from "vitest";
import type { Context } from "@/end/context";
import { type Told, Uploads, type Work } from "@/end/uploads";
import type { UploadJob, VaultEvent } from "@/vault/api";

/** A file that is sent when `send` is called, and until then is on its way. */
class File implements Work {
  readonly circle = "aa11";
  readonly name = "letter.pdf";
  readonly size = 10;
  begun = 0;
  dropped = 0;
  send: () => void = () => undefined;

  run(told: Told, signal: AbortSignal): Promise<void> {
    this.begun += 1;
    told.state("sealing");
    return new Promise((resolve, reject) => {
      this.send = resolve;
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  }

  async close(): Promise<void> {}
  async again(): Promise<void> {}

  async drop(): Promise<void> {
    this.dropped += 1;
  }
}

function desk() {
  const told: UploadJob[] = [];
  const context = {
    now: () => 0,
    emit: (event: VaultEvent) => event.type === "upload" && told.push(event.job),
    onForget: () => undefined,
  };
  // Of a context, uploads need no more than this.
  return { uploads: new Uploads(context as unknown as Context, () => undefined), told };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("a file that was stopped goes on from its beginning when that is asked for", async () => {
  const { uploads, told } = desk();
  const file = new File();
  const job = uploads.begin(file);
  await turn();
  await uploads.cancel(job);
  await turn();
  expect(told.at(-1)?.state).toBe("stopped");

  uploads.retry(job);
  await turn();
  expect(file.begun).toBe(2);
  file.send();
  await turn();

  expect(told.at(-1)?.state).toBe("shared");
  expect(file.dropped).toBe(1);
});

test("a file that was stopped is not sent because the line is back", async () => {
  const { uploads, told } = desk();
  const file = new File();
  const job = uploads.begin(file);
  await turn();
  await uploads.cancel(job);
  uploads.wake();
  await turn();

  expect(file.begun).toBe(1);
  expect(told.at(-1)?.state).toBe("stopped");
});

test("whoever looked elsewhere is told of what did not get there, until they have seen it", async () => {
  const { uploads } = desk();
  const [file, other] = [new File(), new File()];
  const job = uploads.begin(file);
  uploads.begin(other);
  await turn();
  await uploads.cancel(job);
  other.send();
  await turn();

  expect(uploads.of("aa11").map(({ state }) => state)).toEqual(["stopped"]);
  expect(uploads.of("bb22")).toEqual([]);
  uploads.dismiss(job);
  expect(uploads.of("aa11")).toEqual([]);
});

test("what is still on its way is not forgotten", async () => {
  const { uploads } = desk();
  const job = uploads.begin(new File());
  await turn();
  uploads.dismiss(job);
  expect(uploads.of("aa11").map(({ state }) => state)).toEqual(["sealing"]);
});
