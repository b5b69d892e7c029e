/** Keys that stand twice in one mapping of a YAML file, in the words of dbt, which reads the file without the space around it. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { lineColumn } from '../base/source-file.ts'
import type { YamlDocument } from '../base/yaml-node.ts'

/** @param path as dbt names the file */
export function tellDuplicateKeys({ file, duplicates }: YamlDocument, path: string, diagnostics: Diagnostics): void {
  const before = /^\s*/.exec(file.text)?.[0].split('\n').length ?? 1
  for (const { key, at, first } of duplicates) {
    const { line, column } = lineColumn(at.file, at.start)
    const description = `Duplicate key '${key}' in "<unicode string>", line ${line - before + 1}, column ${column}`
    diagnostics.add({
      code: 'config/duplicate-key',
      severity: 'warning',
      message: `${description} in file \`${path}\``,
      at,
      notes: [{ message: 'first set here; the last one counts', at: first }],
      facts: { duplicate_description: description, file: path },
    })
  }
}
