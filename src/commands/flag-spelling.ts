/** dbt's spelling of a flag, `full_refresh`, as the field of `Flags`: `fullRefresh`. */
export function camelFlag(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
