/** Runs fuzz.ts in Node: `node tests/fuzz/run.mjs [--inputs N] [--seed S] [parser ...]`. */
import { fileURLToPath } from "node:url";
import { createServer } from "vite";

const server = await createServer({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  appType: "custom",
  logLevel: "error",
});
try {
  const { main } = await server.ssrLoadModule("/tests/fuzz/fuzz.ts");
  await main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
} finally {
  await server.close();
}
