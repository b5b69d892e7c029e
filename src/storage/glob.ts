/** Glob patterns as predicates over `/` separated relative paths: `*`, `**`, `?`, `{a,b}` and `[abc]`. Hidden names match too. */

export function globMatcher(pattern: string): (path: string) => boolean {
  const expression = new RegExp(`^${translated(pattern.replace(/^\.\//, ''))}$`, 'su')
  return path => expression.test(path)
}

/** Whether one of the patterns means a path; what lies below such a path is the caller's to leave out. */
export function ignoredPaths(patterns: readonly string[] = []): (path: string) => boolean {
  const matchers = patterns.map(globMatcher)
  return path => matchers.some(matches => matches(path))
}

function translated(pattern: string): string {
  let result = ''
  let depth = 0
  for (let index = 0; index < pattern.length; index++) {
    const rest = pattern.slice(index)
    const set = /^\[[!^]?\]?[^\]]*\]/.exec(rest)?.[0]
    if (rest.startsWith('**/')) {
      result += '(?:[^/]+/)*'
      index += 2
    } else if (rest === '**' && result.endsWith('/')) {
      // A trailing `x/**` also means the folder `x` itself, so that it need not be entered.
      result = `${result.slice(0, -1)}(?:/.*)?`
      index += 1
    } else if (rest.startsWith('**')) {
      result += '.*'
      index += 1
    } else if (rest.startsWith('*')) result += '[^/]*'
    else if (rest.startsWith('?')) result += '[^/]'
    else if (set !== undefined) {
      result += set.replace(/^\[!/, '[^').replaceAll('\\', '\\\\')
      index += set.length - 1
    } else if (rest.startsWith('{') && rest.includes('}')) {
      depth += 1
      result += '(?:'
    } else if (rest.startsWith('}') && depth > 0) {
      depth -= 1
      result += ')'
    } else if (rest.startsWith(',') && depth > 0) result += '|'
    else result += escaped(rest[0] ?? '')
  }
  return result
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|]/.test(character) ? `\\${character}` : character
}
