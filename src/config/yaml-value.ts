/**
 * YAML nodes as Python values, texts rendered on the way. Key paths are those of dbt's renderer: keys and indexes from
 * the top of the file, or from the entry that is converted.
 */
import { isoText, type YamlNode, type YamlScalar, type YamlValue } from '../base/yaml-node.ts'
import { normalInt, PyBytes, PyDict, PyFloat, type Value } from '../template/value.ts'

export type KeyPath = readonly (string | number)[]

/** Gives the value of a text; `node` is where it stands. */
export type RenderText = (text: string, path: KeyPath, node: YamlScalar) => Value

export function yamlValue(node: YamlNode, render?: RenderText, path: KeyPath = []): Value {
  switch (node.kind) {
    case 'scalar':
      if (typeof node.value === 'string') return render ? render(node.value, path, node) : node.value
      return scalarValue(node.value)
    case 'list':
      return node.items.map((item, index) => yamlValue(item, render, [...path, index]))
    case 'map': {
      const dict = new PyDict()
      for (const { key, value } of node.entries) {
        const name = scalarValue(key.value)
        dict.set(name, yamlValue(value, render, [...path, typeof name === 'number' ? name : String(name)]))
      }
      return dict
    }
  }
}

/** Dates and times become their ISO text, as they are printed everywhere. */
function scalarValue(value: YamlValue): Value {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? normalInt(value) : value
  switch (value.kind) {
    case 'float':
      return new PyFloat(value.value)
    case 'bytes':
      return new PyBytes(value.bytes)
    default:
      return isoText(value)
  }
}

/** True for a text that Jinja has something to do with. */
export function hasMarks(text: string): boolean {
  if (!text.includes('{') && !text.includes('}')) return false
  return /\{[{%#]|[#}%]\}/.test(text)
}

/** What the native renderer makes of a text without marks: line ends are unified and the last one is dropped. */
export function unmarked(text: string): string {
  const unified = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  return unified.endsWith('\n') ? unified.slice(0, -1) : unified
}
