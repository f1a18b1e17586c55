/** A program as base64, made so by `programs` in vite.config.ts. */
declare module "*.wasm?base64" {
  export const text: string;
}
