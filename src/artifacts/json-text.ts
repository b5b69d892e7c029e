/**
 * Records of nodes -> JSON text, without a plain copy in between: of a large project that copy is most of the work. Python
 * values print as `plainJson` makes them plain, floats as Python writes them (`1.0`). One writer serves one artifact: nodes that share a configuration share its text.
 */
import { plainJson } from '../project/plain-json.ts'
import { repr } from '../template/repr.ts'
import { PyDict, PyFloat, Undefined, type Value } from '../template/value.ts'

export class JsonWriter {
  private readonly dicts = new Map<PyDict, string>()
  private readonly keys = new Map<string, string>()

  text(data: unknown): string {
    switch (typeof data) {
      case 'string':
        return JSON.stringify(data)
      case 'number':
        return Number.isFinite(data) ? String(data) : 'null'
      case 'boolean':
        return data ? 'true' : 'false'
      // JSON knows no limit to integers, JavaScript's numbers do.
      case 'bigint':
        return String(Number(data))
      case 'object':
        return data === null ? 'null' : this.objectText(data)
      default:
        return 'null'
    }
  }

  /** A record's text, cut where the values of some keys stand: those values stand beside the parts. */
  cutText(
    record: Readonly<Record<string, unknown>>,
    keys: ReadonlySet<string>,
  ): { readonly parts: readonly string[]; readonly values: readonly string[] } {
    const parts: string[] = []
    const values: string[] = []
    let text = '{'
    let before = ''
    for (const key in record) {
      text += `${before}${this.key(key)}`
      before = ','
      if (keys.has(key)) {
        parts.push(text)
        values.push(this.text(record[key]))
        text = ''
      } else text += this.text(record[key])
    }
    parts.push(`${text}}`)
    return { parts, values }
  }

  private objectText(data: object): string {
    if (Array.isArray(data)) return data.length === 0 ? '[]' : `[${data.map(one => this.text(one)).join(',')}]`
    if (data instanceof PyDict) return this.dictText(data)
    if (data instanceof PyFloat) return Number.isFinite(data.value) ? repr(data) : 'null'
    if (data instanceof Undefined) return 'null'
    const prototype = Object.getPrototypeOf(data)
    if (prototype !== Object.prototype && prototype !== null) return this.text(plainJson(data))
    let text = ''
    const record = data as Readonly<Record<string, unknown>>
    for (const key in record) text += `${text === '' ? '' : ','}${this.key(key)}${this.text(record[key])}`
    return `{${text}}`
  }

  private dictText(dict: PyDict): string {
    const known = this.dicts.get(dict)
    if (known !== undefined) return known
    let text = ''
    for (const [key, value] of dict) text += `${text === '' ? '' : ','}${this.key(keyText(key))}${this.text(value)}`
    text = `{${text}}`
    this.dicts.set(dict, text)
    return text
  }

  private key(name: string): string {
    let text = this.keys.get(name)
    if (text === undefined) {
      text = `${JSON.stringify(name)}:`
      this.keys.set(name, text)
    }
    return text
  }
}

/** Keys of dicts that are no texts are named as JSON names them. */
function keyText(key: Value): string {
  if (typeof key === 'string') return key
  const [name = ''] = Object.keys(plainJson(PyDict.of([[key, null]])) as Record<string, unknown>)
  return name
}
