/** Tables of policies, as the build reads them. Each importer checks the shape it needs. */
declare module "*.toml" {
  const table: Readonly<Record<string, unknown>>;
  export default table;
}
