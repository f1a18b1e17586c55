/** Opened documents: ranges as browsers ask for them, headers under which nothing acts, and nothing after the end. */
import { describe, expect, test } from "vitest";
import { rangeOf, type Readable, Serving } from "@/end/serving";
import type { Served } from "@/vault/opened";

const BYTES = Uint8Array.from({ length: 100 }, (_, at) => at);

function readable(change: Partial<Readable> = {}): Readable {
  async function* read(start: number, stop: number): AsyncGenerator<Uint8Array> {
    for (let at = start; at < stop; at += 40) yield BYTES.slice(at, Math.min(stop, at + 40));
  }
  return { name: "clip.mp4", mediaType: "video/mp4", size: 100, how: "view", read, ...change };
}

/** What is said on the line of one request; "more" is asked until the end, at most `most` times. */
async function asked(serving: Serving, id: string, range: string | null, most = 10): Promise<Served[]> {
  const [door, line] = [new MessageChannel(), new MessageChannel()];
  serving.lend(door.port2);
  const said: Served[] = [];
  const over = new Promise<void>((resolve) => {
    let left = most;
    line.port1.onmessage = ({ data }: MessageEvent<Served>) => {
      said.push(data);
      if ("end" in data || "none" in data || "broken" in data || left-- === 0) resolve();
      else if ("head" in data && data.head.status === 416) resolve();
      else line.port1.postMessage("more");
    };
  });
  door.port1.postMessage({ id, range }, [line.port2]);
  await over;
  for (const port of [door.port1, door.port2, line.port1]) port.close();
  return said;
}

const idOf = (url: string): string => url.slice("/opened/".length);

function bytesOf(said: readonly Served[]): number[] {
  return said.flatMap((each) => ("piece" in each ? [...each.piece] : []));
}

function headOf(said: readonly Served[]) {
  const [first] = said;
  if (first === undefined || !("head" in first)) throw new Error("no head was said");
  return first.head;
}

describe("a range", () => {
  test.each([
    ["bytes=0-", 0, 100],
    ["bytes=10-19", 10, 20],
    ["bytes=90-500", 90, 100],
    ["bytes=-10", 90, 100],
    ["bytes=-500", 0, 100],
    ["bytes=100-", 100, 100],
    ["bytes=5-4", 5, 5],
    ["bytes=0-1,5-6", 0, 100],
    ["lines=1-2", 0, 100],
    ["bytes=-", 0, 100],
  ])("%s is %i to %i", (header, start, stop) => {
    expect(rangeOf(header, 100)).toEqual([start, stop]);
  });
});

describe("an opened document", () => {
  test("is given whole, piece by piece, and then ends", async () => {
    const serving = new Serving();
    const said = await asked(serving, idOf(serving.add(readable())), null);
    expect(headOf(said).status).toBe(200);
    expect(headOf(said).headers["Content-Length"]).toBe("100");
    expect(bytesOf(said)).toEqual([...BYTES]);
    expect(said.at(-1)).toEqual({ end: true });
  });

  test("is given by range, and says which", async () => {
    const serving = new Serving();
    const said = await asked(serving, idOf(serving.add(readable())), "bytes=30-89");
    expect(headOf(said).status).toBe(206);
    expect(headOf(said).headers["Content-Range"]).toBe("bytes 30-89/100");
    expect(bytesOf(said)).toEqual([...BYTES.slice(30, 90)]);
  });

  test("has no range after its end", async () => {
    const serving = new Serving();
    const said = await asked(serving, idOf(serving.add(readable())), "bytes=100-");
    expect(headOf(said).status).toBe(416);
    expect(headOf(said).headers["Content-Range"]).toBe("bytes */100");
  });

  test.each([
    ["text/html", "application/octet-stream"],
    ["image/svg+xml", "application/octet-stream"],
    ["video/mp4", "video/mp4"],
  ])("of type %s goes as %s, and can act nowhere", async (mediaType, served) => {
    const serving = new Serving();
    const { headers } = headOf(await asked(serving, idOf(serving.add(readable({ mediaType }))), null));
    expect(headers["Content-Type"]).toBe(served);
    expect(headers["Content-Security-Policy"]).toBe("default-src 'none'; sandbox");
    expect(headers["X-Content-Type-Options"]).toBe("nosniff");
  });

  test("is saved under its name, whatever stands in it", async () => {
    const serving = new Serving();
    const name = 'a"b\r\nSet-Cookie: x; (1)*.pdf';
    const { headers } = headOf(
      await asked(serving, idOf(serving.add(readable({ name, how: "save" }))), null),
    );
    expect(headers["Content-Disposition"]).toBe(
      "attachment; filename*=UTF-8''a%22b%0D%0ASet-Cookie%3A%20x%3B%20%281%29%2A.pdf",
    );
    expect(headers["Content-Type"]).toBe("application/octet-stream");
  });

  test("that was closed is not there, nor is one that never was", async () => {
    const serving = new Serving();
    const url = serving.add(readable());
    serving.remove(url);
    expect(await asked(serving, idOf(url), null)).toEqual([{ none: true }]);
    expect(await asked(serving, "0".repeat(32), null)).toEqual([{ none: true }]);
  });

  test("that does not hold breaks off instead of ending", async () => {
    async function* read(): AsyncGenerator<Uint8Array> {
      yield BYTES.slice(0, 40);
      throw new Error("not the one that was shared");
    }
    const serving = new Serving();
    const said = await asked(serving, idOf(serving.add(readable({ read }))), null);
    expect(said.at(-1)).toEqual({ broken: true });
  });

  test("is served no longer once keys are forgotten", async () => {
    const serving = new Serving();
    async function* read(): AsyncGenerator<Uint8Array> {
      yield BYTES.slice(0, 40);
      serving.clear();
      yield BYTES.slice(40, 80);
      yield BYTES.slice(80);
    }
    const said = await asked(serving, idOf(serving.add(readable({ read }))), null);
    expect(said.at(-1)).toEqual({ broken: true });
    expect(bytesOf(said).length).toBeLessThan(100);
  });
});
