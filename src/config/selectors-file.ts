/** selectors.yml as read: names and definitions as plain data. What a definition means is decided in `graph/`. */
import { posix } from 'node:path'
import type { Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { yamlAt, yamlPlace } from '../base/yaml-node.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { readText } from '../storage/read-text.ts'
import { fromPython } from '../template/plain-data.ts'
import { PyDict } from '../template/value.ts'
import { renderYaml, type YamlRendering } from './render-yaml.ts'

export interface WrittenSelector {
  readonly name: string
  /** `null` where it is not written. */
  readonly description: string | null
  /** `null` where it is not written. */
  readonly default: boolean | null
  /** As plain data: a text, or nested records. */
  readonly definition: unknown
}

/** Empty when there is no file. Faults are diagnostics. @throws DiagnosticError for bad YAML or a failing template */
export function readSelectors(
  files: FileSystem,
  folder: string,
  rendering: YamlRendering,
  diagnostics: Diagnostics,
): readonly WrittenSelector[] {
  const text = readText(files, posix.join(folder, 'selectors.yml'))
  if (text === undefined) return []
  const document = parseYaml({ path: 'selectors.yml', text: text.trimEnd() })
  const list = yamlAt(document.root, 'selectors')
  const report = (message: string, node = document.root): void =>
    diagnostics.add({ code: 'config/bad-selectors', kind: 'Runtime', message, at: yamlPlace(document, node) })
  if (list?.kind !== 'list') {
    if (document.root.kind !== 'scalar') report('selectors.yml must have a list "selectors"')
    return []
  }
  const selectors = list.items.flatMap((item): WrittenSelector[] => {
    const entry = renderYaml(document, item, rendering)
    const name = entry instanceof PyDict ? entry.get('name') : undefined
    const definition = entry instanceof PyDict ? entry.get('definition') : undefined
    if (!(entry instanceof PyDict) || typeof name !== 'string' || definition === undefined) {
      report('A selector needs a "name" and a "definition"', item)
      return []
    }
    const description = entry.get('description')
    const usual = entry.get('default')
    return [
      {
        name,
        description: typeof description === 'string' ? description : null,
        default: typeof usual === 'boolean' ? usual : null,
        definition: fromPython(definition),
      },
    ]
  })
  const defaults = selectors.filter(one => one.default).map(one => one.name)
  if (defaults.length > 1)
    report(
      `Error when parsing the selector file: Found multiple selectors with \`default: true\`: ${defaults.map(one => `'${one}'`).join(', ')}`,
    )
  return selectors
}
