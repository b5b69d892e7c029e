/** The text of a project file -> its keys and values as written: nothing is rendered, nothing is checked. */
import { posix } from 'node:path'
import type { Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import type { SourceFile } from '../base/source-file.ts'
import { keyText, type YamlDocument, yamlEntry, yamlPlace } from '../base/yaml-node.ts'
import { PyDict } from '../template/value.ts'
import { tellDuplicateKeys } from './duplicate-keys.ts'
import type { ProjectFile } from './project-file.ts'
import { yamlValue } from './yaml-value.ts'

export interface RawProjectFile {
  readonly document: YamlDocument
  readonly file: SourceFile
  readonly folder: string
  readonly flavour: ProjectFile['flavour']
  readonly values: PyDict
}

/** @throws DiagnosticError `base/yaml-syntax`; `undefined` with a diagnostic when the file holds no dictionary */
export function readProjectFile(
  file: SourceFile,
  folder: string,
  flavour: ProjectFile['flavour'],
  diagnostics: Diagnostics,
): RawProjectFile | undefined {
  const document = parseYaml(file)
  tellDuplicateKeys(document, posix.join(folder, file.path), diagnostics)
  const values = yamlValue(document.root)
  if (values instanceof PyDict) return { document, file, folder, flavour, values }
  diagnostics.add({
    code: 'config/bad-project-file',
    kind: 'Runtime',
    message: `${file.path} does not parse to a dictionary`,
    at: yamlPlace(document, document.root),
  })
  return undefined
}

/** The text of a top-level key as written, for what is needed before anything is rendered. */
export function rawText(raw: RawProjectFile, key: string): string | null {
  const node = yamlEntry(raw.document.root, key)?.value
  return node?.kind === 'scalar' && node.value !== null ? keyText(node) : null
}
