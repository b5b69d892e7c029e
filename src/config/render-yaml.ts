/** The values of a YAML file with their templates rendered; an error is given the place of the value. */
import { type Diagnostic, DiagnosticError, type DiagnosticFields } from '../base/diagnostic.ts'
import { type YamlDocument, type YamlNode, yamlPlace } from '../base/yaml-node.ts'
import type { Scope } from '../template/scope.ts'
import type { Value } from '../template/value.ts'
import type { RenderNative } from './config-names.ts'
import { hasMarks, type KeyPath, unmarked, yamlValue } from './yaml-value.ts'

export interface YamlRendering {
  readonly scope: Scope
  readonly renderNative: RenderNative
  /** Paths whose texts stay as written; nothing when absent. */
  readonly skips?: (path: KeyPath) => boolean
  /** Done to every text that has been rendered: secrets are put in. */
  readonly finish?: (text: string) => string
  /** A text that cannot be rendered is taken as it stands: passwords. */
  readonly lenient?: (path: KeyPath) => boolean
}

/** @throws DiagnosticError of the template, with the place of the value and dbt's words */
export function renderYaml(document: YamlDocument, node: YamlNode, rendering: YamlRendering): Value {
  return yamlValue(node, (text, path, scalar) => {
    if (rendering.skips?.(path)) return text
    const finish = rendering.finish ?? (one => one)
    if (!hasMarks(text)) return finish(unmarked(text))
    try {
      const value = rendering.renderNative(text, rendering.scope)
      return typeof value === 'string' ? finish(value) : value
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      if (rendering.lenient?.(path)) return text
      throw new DiagnosticError(placed(error, text, yamlPlace(document, scalar)))
    }
  })
}

function placed(error: DiagnosticError, text: string, at: DiagnosticFields['at']): DiagnosticFields {
  const { diagnostic } = error
  const message = notRendered(diagnostic, text) ?? diagnostic.message
  return { ...diagnostic, message, ...(at && { at }), cause: error }
}

/** dbt's words for a value that does not compile; it has others for what it fails with otherwise. */
export function notRendered({ kind, message }: Diagnostic, text: string): string | undefined {
  return kind === 'Compilation' ? `Could not render ${text}: ${message}` : undefined
}
