/** Tables of policies, as the build reads them. Each importer checks the shape it needs. */
declare module "*.toml" {
  const table: Readonly<Record<string, unknown>>;
  export default table;
}

/** A program as base64, made so by `programs` in vite.config.ts. */
declare module "*.wasm?base64" {
  const text: string;
  export default text;
}
