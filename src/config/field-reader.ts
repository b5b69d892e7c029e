/**
 * Reads the fields of a configuration file: a value of the wrong type is a diagnostic with its place, and the default
 * is taken so that reading goes on.
 */
import type { DiagnosticCode } from '../base/codes.ts'
import type { Diagnostics, Severity } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import { keyText, type YamlDocument, type YamlNode, yamlAt, yamlPlace } from '../base/yaml-node.ts'
import { repr } from '../template/repr.ts'
import { PyDict, typeName, type Value } from '../template/value.ts'

export interface FieldSource {
  readonly document: YamlDocument
  /** The map that holds the fields. */
  readonly node: YamlNode
  readonly values: PyDict
  readonly diagnostics: Diagnostics
  readonly code: DiagnosticCode
  /** How a message names the map: `the project file`. */
  readonly owner: string
  /** dbt's words for a value that is not of the type of its key: they stand first in the message. */
  readonly schemaWords?: (key: string) => string
}

export class FieldReader {
  readonly values: PyDict
  private readonly source: FieldSource

  constructor(source: FieldSource) {
    this.source = source
    this.values = source.values
  }

  has(key: string): boolean {
    return (this.values.get(key) ?? null) !== null
  }

  text(key: string): string | null {
    const value = this.values.get(key) ?? null
    if (value === null || typeof value === 'string') return value
    this.wrong(key, 'a text', value)
    return null
  }

  bool(key: string): boolean | null {
    const value = this.values.get(key) ?? null
    if (value === null || typeof value === 'boolean') return value
    this.wrong(key, 'true or false', value)
    return null
  }

  int(key: string): number | null {
    const value = this.values.get(key) ?? null
    if (value === null || typeof value === 'number') return value
    this.wrong(key, 'a whole number', value)
    return null
  }

  dict(key: string): PyDict {
    const value = this.values.get(key) ?? null
    if (value instanceof PyDict) return value
    if (value !== null) this.wrong(key, 'a dictionary', value)
    return new PyDict()
  }

  list(key: string): readonly Value[] | null {
    const value = this.values.get(key) ?? null
    if (value === null || Array.isArray(value)) return value
    this.wrong(key, 'a list', value)
    return null
  }

  /** `null` when the field is not set. A single text counts as a list of one where `single` allows it. */
  texts(key: string, single = false): readonly string[] | null {
    const value = this.values.get(key) ?? null
    if (value === null) return null
    if (typeof value === 'string' && single) return [value]
    if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value as string[]
    this.wrong(key, single ? 'a text or a list of texts' : 'a list of texts', value)
    return null
  }

  /** Says that a field has the wrong type. */
  wrong(key: string, expected: string, value: Value): void {
    const { owner, schemaWords } = this.source
    const must = `The key "${key}" of ${owner} must be ${expected}, but it is of type "${typeName(value)}"`
    this.report(schemaWords ? `at path ['${key}']: ${repr(value)} ${schemaWords(key)}\n${must}` : must, [key])
  }

  report(message: string, path: readonly (string | number)[] = [], severity: Severity = 'error'): void {
    const { document, node, diagnostics, code } = this.source
    const at = yamlPlace(document, yamlAt(node, ...path) ?? node)
    diagnostics.add({ code, severity, kind: 'Runtime', message, at })
  }

  /** A warning under a code of its own. */
  warn(
    code: DiagnosticCode,
    message: string,
    about: { readonly key: string; readonly facts: Readonly<Record<string, unknown>> },
  ): void {
    const { document, node, diagnostics } = this.source
    const at = yamlPlace(document, yamlAt(node, about.key) ?? node)
    diagnostics.add({ code, severity: 'warning', message, at, facts: about.facts })
  }

  /** Tells every key that is not known, with its line and the nearest known one. */
  tellUnknown(known: readonly string[], severity: Severity): void {
    const { document, node, diagnostics, owner } = this.source
    if (node.kind !== 'map') return
    for (const { key } of node.entries) {
      const name = keyText(key)
      if (known.includes(name)) continue
      const near = nearName(name, known)
      diagnostics.add({
        code: 'config/unknown-key',
        severity,
        kind: severity === 'error' ? 'Runtime' : 'Validation',
        message:
          severity === 'error'
            ? `at path []: Additional properties are not allowed ('${name}' was unexpected)\n\nError encountered in ${owner}`
            : `The key "${name}" of ${owner} is not known`,
        at: yamlPlace(document, key),
        ...(near !== undefined && { hint: `did you mean "${near}"` }),
      })
    }
  }
}
