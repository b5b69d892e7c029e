/** Paths in the sections of the project file that fit no resource: most often a folder that was renamed. */
import { PyDict } from '../template/value.ts'
import { type ConfigTreeName, type ConfigTrees, configTreeNames } from './project-file.ts'

/**
 * `models.shop.stagng` for a level with configuration that no fqn begins with. `fqns` are those of the resources that
 * each section configures, disabled ones included.
 */
export function unusedConfigPaths(
  trees: ConfigTrees,
  fqns: (name: ConfigTreeName) => Iterable<readonly string[]>,
): string[] {
  return configTreeNames.flatMap(name => {
    const paths = configuredPaths(trees[name], [])
    if (paths.length === 0) return []
    // Anything at all uses the section itself.
    const used = new Set<string>()
    for (const fqn of fqns(name)) for (let end = 0; end <= fqn.length; end++) used.add(fqn.slice(0, end).join('\0'))
    const section = name.replaceAll('-', '_')
    return paths.filter(path => !used.has(path.join('\0'))).map(path => [section, ...path].join('.'))
  })
}

function configuredPaths(level: PyDict, path: readonly string[]): (readonly string[])[] {
  let configured = false
  const below: (readonly string[])[] = []
  for (const [key, value] of level) {
    const name = String(key)
    if (value instanceof PyDict && !name.startsWith('+')) below.push(...configuredPaths(value, [...path, name]))
    else configured = true
  }
  return configured ? [path, ...below] : below
}
