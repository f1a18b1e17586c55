/** How the mailbox is built: one page, one worker for the keys, nothing inline, nothing from elsewhere. */
import { readFile } from "node:fs/promises";
import { parse } from "smol-toml";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { pack } from "./packing.ts";

/** Policies' tables are the hub's own files: one truth for both sides. */
function toml(): Plugin {
  return {
    name: "toml",
    transform(text, id) {
      if (!id.endsWith(".toml")) return null;
      return { code: `export default ${JSON.stringify(parse(text))};`, map: null };
    },
  };
}

/** A program as text (base64) in a script: it is loaded as any part of the app is, and by no address of its own. */
function programs(): Plugin {
  const asked = "?base64";
  return {
    name: "programs",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(`.wasm${asked}`)) return null;
      const bytes = await readFile(id.slice(0, -asked.length));
      return `export const text = ${JSON.stringify(bytes.toString("base64"))};`;
    },
  };
}

/** Once the app is written: the service worker, then what a hub serves besides. */
function finishing(): Plugin {
  return {
    name: "finishing",
    apply: "build",
    writeBundle: {
      order: "post",
      sequential: true,
      async handler({ dir }) {
        const folder = dir ?? at("./dist");
        await buildServiceWorker(folder);
        await pack(folder, process.env["WEB_TWINS"] !== "no");
      },
    },
  };
}

/** The service worker is a script of its own at a place of its own: its address is its reach. */
async function buildServiceWorker(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    resolve: { alias: { "@": at("./src") } },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      lib: { entry: at("./src/sw.ts"), formats: ["iife"], name: "kith", fileName: () => "sw.js" },
    },
  });
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [toml(), programs(), finishing()],
  resolve: { alias: { "@": at("./src"), "@policies": at("../../policies/data") } },
  // Sass finds the two front ends by name, and one within the other by its folder.
  css: { preprocessorOptions: { scss: { loadPaths: [at("."), at("./node_modules")], quietDeps: true } } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es", plugins: () => [toml()] },
  server: { fs: { allow: [at("../..")] } },
  test: { include: ["tests/**/*.test.ts"], environment: "node", testTimeout: 30_000 },
});
