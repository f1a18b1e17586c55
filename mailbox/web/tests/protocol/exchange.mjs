/** Runs exchange.ts in Node: `node exchange.mjs ASKED.json ANSWERED.json`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const [asked, answered] = process.argv.slice(2);
const server = await createServer({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  appType: "custom",
  logLevel: "error",
});
try {
  const { answer } = await server.ssrLoadModule("/tests/protocol/exchange.ts");
  writeFileSync(answered, JSON.stringify(await answer(JSON.parse(readFileSync(asked, "utf8")))));
} finally {
  await server.close();
}
