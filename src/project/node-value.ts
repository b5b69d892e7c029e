/**
 * A node as the argument `node` of `generate_schema_name` and its like: an object whose fields are attributes. It is
 * not finished then: what those macros decide still has its defaults.
 */
import { toPython } from '../template/plain-data.ts'
import { PyDict, PyObject, type Value } from '../template/value.ts'

export class NodeValue extends PyObject {
  readonly typeName: string
  private readonly make: () => Readonly<Record<string, unknown>>
  private readonly asked: (field: string) => void
  private record: Readonly<Record<string, unknown>> | undefined

  /**
   * @param make the record under dbt's names; asked for on first use
   * @param asked is told which fields are looked at
   */
  constructor(
    typeName: string,
    make: () => Readonly<Record<string, unknown>>,
    asked: (field: string) => void = () => {},
  ) {
    super()
    this.typeName = typeName
    this.make = make
    this.asked = asked
  }
  override truthy(): boolean {
    return true
  }
  override repr(): string {
    return `<${this.typeName} object>`
  }
  override attr(name: string): Value | undefined {
    this.asked(name)
    this.record ??= this.make()
    const value = this.record[name]
    if (value === undefined) return undefined
    return name === 'config' && value instanceof PyDict ? new ConfigObject(value) : toPython(value)
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attr(key) : undefined
  }
}

/** `node.config`: keys are attributes and items, and `get` finds them. */
class ConfigObject extends PyObject {
  readonly typeName = 'NodeConfig'
  private readonly config: PyDict

  constructor(config: PyDict) {
    super()
    this.config = config
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    if (name === 'get') return getter(this.config)
    if (name === 'extra' || name === '_extra') return new PyDict()
    return this.config.get(name) ?? this.config.get(name.replaceAll('_', '-'))
  }
  override item(key: Value): Value | undefined {
    return this.config.get(key) ?? null
  }
  override contains(value: Value): boolean {
    return this.config.has(value)
  }
}

function getter(config: PyDict): Value {
  return new ConfigGet(config)
}

class ConfigGet extends PyObject {
  readonly typeName = 'method'
  private readonly config: PyDict

  constructor(config: PyDict) {
    super()
    this.config = config
  }
  override truthy(): boolean {
    return true
  }
  override call(args: readonly Value[]): Value {
    const [key = null, fallback = null] = args
    return this.config.get(key) ?? fallback
  }
}
