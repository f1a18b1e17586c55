/** Large bodies leave through a worker beside, which is let go before it holds much. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Errand, News } from "@/hub/senders";

const PART = 8 * 1024 * 1024;
const URL_ = "https://hub.example/v1/uploads/00/parts/1";

/** A worker that answers as it is told. */
class Beside {
  static all: Beside[] = [];
  static answer: (errand: Errand) => readonly News[] = () => [];
  onmessage: ((event: MessageEvent<News>) => void) | null = null;
  onerror: (() => void) | null = null;
  ended = false;

  constructor() {
    Beside.all.push(this);
  }

  postMessage(errand: Errand): void {
    const tell = (data: News): unknown => this.onmessage?.(new MessageEvent("message", { data }));
    setTimeout(() => Beside.answer(errand).forEach(tell), 0);
  }

  terminate(): void {
    this.ended = true;
  }
}

async function senders(): Promise<typeof import("@/hub/senders")> {
  vi.resetModules();
  vi.stubGlobal("Worker", Beside);
  Beside.all = [];
  return await import("@/hub/senders");
}

const DONE: News = { status: 200, headers: [["Content-Type", "application/json"]], body: new ArrayBuffer(2) };

afterEach(() => vi.unstubAllGlobals());

describe("a sender", () => {
  it("passes on what was asked, tells what has left, and gives the answer", async () => {
    const { sendBeside } = await senders();
    const asked: Errand[] = [];
    Beside.answer = (errand) => (asked.push(errand), [{ left: 3 }, DONE]);
    const left: number[] = [];
    const init = { method: "PUT", headers: { Authorization: "Bearer x" } };
    const answer = await sendBeside(URL_, init, new Uint8Array(5), (bytes) => left.push(bytes));
    expect([answer.status, (await answer.arrayBuffer()).byteLength, left]).toEqual([200, 2, [3]]);
    expect([asked[0]?.url, asked[0]?.method, asked[0]?.headers]).toEqual([
      URL_,
      "PUT",
      [["authorization", "Bearer x"]],
    ]);
  });

  it("sends two parts, and is let go", async () => {
    const { sendBeside } = await senders();
    Beside.answer = () => [DONE];
    for (let part = 0; part < 6; part++) await sendBeside(URL_, {}, new Uint8Array(PART), () => undefined);
    expect(Beside.all.length).toBe(3);
    expect(Beside.all.every((each) => each.ended)).toBe(true);
  });

  it("is ended when it is stopped, and when the way is lost", async () => {
    const { sendBeside } = await senders();
    const stop = new AbortController();
    Beside.answer = () => [];
    const stopped = sendBeside(URL_, { signal: stop.signal }, new Uint8Array(5), () => undefined);
    stop.abort(new Error("no longer wanted"));
    await expect(stopped).rejects.toThrow("no longer wanted");
    Beside.answer = () => [{ lost: "the way was lost" }];
    await expect(sendBeside(URL_, {}, new Uint8Array(5), () => undefined)).rejects.toThrow(TypeError);
    expect(Beside.all.map((each) => each.ended)).toEqual([true, true]);
  });
});
