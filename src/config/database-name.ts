/** How dbt-duckdb derives the name of a database from its path. */

export function isMotherduckPath(path: string): boolean {
  return /^(?:md|motherduck):/i.test(path)
}

export function isDucklakePath(path: string): boolean {
  return path.toLowerCase().includes('ducklake:')
}

/** `memory` for no file, `my_db` for a bare `md:`, otherwise the file's name up to its first dot. */
export function databaseName(path: string): string {
  if (path === ':memory:') return 'memory'
  const url = splitUrl(path)
  const base = url.path.slice(url.path.lastIndexOf('/') + 1)
  if (isMotherduckPath(path)) return withoutExtension(base) || 'my_db'
  if (url.scheme === 'ducklake') return splitUrl(withoutExtension(base)).path
  return base.replace(/^\.+/, '').split('.')[0] ?? ''
}

function splitUrl(text: string): { readonly scheme: string; readonly path: string } {
  const parts = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text)
  const scheme = parts?.[1]?.toLowerCase() ?? ''
  const rest = (parts?.[2] ?? text).replace(/[?#].*$/s, '')
  return { scheme, path: rest.replace(/^\/\/[^/]*/, '') }
}

/** Python's `os.path.splitext`: dots at the front do not begin an extension. */
function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 && /[^.]/.test(name.slice(0, dot)) ? name.slice(0, dot) : name
}
