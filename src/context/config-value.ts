/**
 * `config`: while a project is parsed it stores what a file says of itself and answers nothing; afterwards it answers
 * and stores nothing.
 */
import { call } from '../template/call.ts'
import { typeError } from '../template/template-error.ts'
import { type Kwargs, noKwargs, PyDict, PyObject, typeName, type Value } from '../template/value.ts'
import type { ConfigSource } from './node-providers.ts'
import { contextError, contextFunction } from './python-object.ts'

export class ConfigValue extends PyObject {
  readonly typeName: string
  private readonly source: ConfigSource
  private readonly node: string
  private readonly model: (() => Value) | undefined

  /**
   * @param node unique id, for messages
   * @param model what `config.model` is; no such name where it is absent
   */
  constructor(source: ConfigSource, node: string, model?: () => Value) {
    super()
    this.source = source
    this.node = node
    this.model = model
    this.typeName = source.kind === 'capture' ? 'ParseConfigObject' : 'RuntimeConfigObject'
  }

  override truthy(): boolean {
    return true
  }

  override call(args: readonly Value[], kwargs: Kwargs): Value {
    const { source } = this
    if (source.kind === 'known') return ''
    const [first] = args
    if (args.length === 1 && kwargs.size === 0 && first !== undefined) {
      if (!(first instanceof PyDict)) throw typeError(`config() takes a dictionary, got ${typeName(first)}`)
      this.capture(first)
    } else if (args.length === 0 && kwargs.size > 0) this.capture(PyDict.of(kwargs))
    else throw contextError('context/config-arguments', 'Invalid inline model config', { node: this.node })
    return ''
  }

  override attr(name: string): Value | undefined {
    switch (name) {
      case 'set':
        return contextFunction(name, ['name', 'value'], ([key = null, value = null]) => this.set(key, value))
      case 'get':
      case 'meta_get':
        return contextFunction(name, lookupParameters, args => this.get(name === 'meta_get', args))
      case 'require':
      case 'meta_require':
        return contextFunction(name, ['name', ['validator', null]], args => this.require(name === 'meta_require', args))
      case 'persist_relation_docs':
        return contextFunction(name, [], () => this.persistDocs('relation'))
      case 'persist_column_docs':
        return contextFunction(name, [], () => this.persistDocs('columns'))
      case 'model':
        return this.model?.()
      default:
        return undefined
    }
  }

  private set(key: Value, value: Value): Value {
    if (this.source.kind === 'capture') this.capture(PyDict.of([[key, value]]))
    return ''
  }

  /** Hooks are known by both spellings, but not at once. */
  private capture(options: PyDict): void {
    if (this.source.kind !== 'capture') return
    const renamed = new PyDict()
    for (const [key, value] of options) {
      const name = key === 'pre_hook' ? 'pre-hook' : key === 'post_hook' ? 'post-hook' : key
      if (name !== key && options.has(name)) {
        const message = `Invalid config, has conflicting keys "${String(key)}" and "${String(name)}"`
        throw contextError('context/config-arguments', message, { node: this.node })
      }
      renamed.set(name, value)
    }
    this.source.add(renamed)
  }

  private lookup(meta: boolean, name: string): Value | undefined {
    if (this.source.kind === 'capture') return undefined
    return meta ? this.source.getMeta(name) : this.source.get(name)
  }

  /** A validator is asked only where a default is given: dbt's own rule. */
  private get(
    meta: boolean,
    [name = null, fallback = null, validator = null]: readonly Value[],
  ): Value | Promise<Value> {
    if (this.source.kind === 'capture') return ''
    const found = this.lookup(meta, configKey(name))
    const value = found === undefined ? fallback : found
    return fallback === null || validator === null ? value : validated(value, validator)
  }

  private require(meta: boolean, [name = null, validator = null]: readonly Value[]): Value | Promise<Value> {
    if (this.source.kind === 'capture') return ''
    const value = this.lookup(meta, configKey(name))
    if (value === undefined) {
      const message = `Model '${this.node}' does not define a required config parameter '${String(name)}'.`
      throw contextError('context/config-missing', message, { node: this.node })
    }
    return validator === null ? value : validated(value, validator)
  }

  private persistDocs(what: 'relation' | 'columns'): Value {
    if (this.source.kind === 'capture') return false
    const found = this.lookup(false, 'persist_docs')
    const docs = found === undefined ? new PyDict() : found
    if (docs instanceof PyDict) return docs.get(what) ?? false
    const message = `Invalid value provided for 'persist_docs'. Expected dict but received <class '${typeName(docs)}'>`
    throw contextError('context/argument', message, { node: this.node })
  }
}

const lookupParameters = ['name', ['default', null], ['validator', null]] as const

/** Python looks names up as attributes, whose names are text. */
function configKey(name: Value): string {
  if (typeof name === 'string') return name
  throw typeError('attribute name must be string')
}

function validated(value: Value, validator: Value): Value | Promise<Value> {
  const verdict = call(validator, [value], noKwargs)
  return verdict instanceof Promise ? verdict.then(() => value) : value
}
