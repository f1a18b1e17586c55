/** Sends bodies for the vault worker, one after another, and knows nothing else (`senders`). */
import type { Errand, News } from "@/hub/senders";
import { sendWatched } from "@/hub/sending";

// The types know the page's global scope as well as the worker's; here it is the worker's.
const port = self as unknown as Pick<MessagePort, "postMessage" | "onmessage">;

port.onmessage = async ({ data }: MessageEvent<Errand>) => {
  const { url, method, headers, body } = data;
  const tell = (news: News): void => port.postMessage(news);
  try {
    const how = { method, headers: Object.fromEntries(headers) };
    const answer = await sendWatched(url, how, body, (left) => tell({ left }));
    tell({ status: answer.status, headers: [...answer.headers], body: await answer.arrayBuffer() });
  } catch (error) {
    tell({ lost: error instanceof Error ? error.message : "the way was lost" });
  }
};
