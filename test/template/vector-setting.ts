/** Renders a conformance vector as its recording did: macros by package, dbt's base names around the given context. */
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { lineColumn } from '../../src/base/source-file.ts'
import { findAttribute, item } from '../../src/template/attribute.ts'
import { extractBlocks } from '../../src/template/blocks.ts'
import { Evaluation } from '../../src/template/evaluation.ts'
import { iterate, toArray } from '../../src/template/iteration.ts'
import { jsonText } from '../../src/template/json-text.ts'
import { toPython } from '../../src/template/plain-data.ts'
import { repr, str } from '../../src/template/repr.ts'
import { ReturnSignal } from '../../src/template/return-signal.ts'
import { emptyScope, type Scope, scopeOf } from '../../src/template/scope.ts'
import { compileMacro, compileTemplate, renderNative } from '../../src/template/template.ts'
import { typeError } from '../../src/template/template-error.ts'
import { fn, noKwargs, PyDict, PyFloat, PyObject, PySet, PyTuple, type Value } from '../../src/template/value.ts'

export interface RenderVector {
  readonly id: string
  readonly group: string
  readonly template: string
  readonly context?: Readonly<Record<string, unknown>>
  readonly macros?: readonly (string | { readonly package: string; readonly source: string })[]
  readonly mode?: 'native' | 'parse'
}

/** Values that JSON lacks and that belong to the names of the context: made by its modules. */
export type SpecialValues = (kind: string, text: string) => Value | undefined

export function fromTagged(data: unknown, special: SpecialValues): Value {
  if (Array.isArray(data)) return data.map(one => fromTagged(one, special))
  if (data === null || typeof data !== 'object') return toPython(data)
  const { $t: kind, v } = data as { $t?: string; v?: unknown }
  if (kind === undefined) {
    return PyDict.of(Object.entries(data).map(([key, value]) => [key, fromTagged(value, special)] as const))
  }
  switch (kind) {
    case 'tuple':
      return new PyTuple((v as unknown[]).map(one => fromTagged(one, special)))
    case 'set':
      return new PySet((v as unknown[]).map(one => fromTagged(one, special)))
    case 'float':
      return new PyFloat(typeof v === 'string' ? floatOf(v) : Number(v))
    case 'int':
      return toPython(BigInt(String(v)))
    default: {
      const value = special(kind, String(v))
      if (value === undefined) throw new Error(`no value for ${kind} ${String(v)}`)
      return value
    }
  }
}

function floatOf(text: string): number {
  return { inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, nan: Number.NaN }[text] ?? Number(text)
}

interface Package {
  readonly macros: Map<string, (scope: Scope) => Value>
}

function loadPackages(macros: RenderVector['macros']): Map<string, Package> {
  const packages = new Map<string, Package>()
  for (const entry of macros ?? []) {
    const given = typeof entry === 'string' ? { package: 'main', source: entry } : entry
    const name = given.package === 'dbt_duckdb' ? 'dbt' : given.package
    const known = packages.get(name) ?? { macros: new Map() }
    packages.set(name, known)
    const file = { path: `macros/${name}.sql`, text: given.source }
    const { blocks } = extractBlocks(file, ['macro', 'materialization', 'test', 'data_test'])
    for (const block of blocks) {
      const prefix = block.blockType === 'macro' ? '' : `${block.blockType}_`
      const adapter = /adapter\s*=\s*['"](\w+)/.exec(block.fullBlock)?.[1] ?? 'default'
      const own = `${prefix}${block.name}${block.blockType === 'materialization' ? `_${adapter}` : ''}`
      const template = compileTemplate(block.fullBlock, { file, base: block.start })
      const macro = compileMacro(own, template)
      known.macros.set(own, scope => macro.bind(scope))
    }
  }
  return packages
}

class PackageNamespace extends PyObject {
  readonly typeName = 'MacroNamespace'
  private readonly find: (name: string) => Value | undefined
  constructor(find: (name: string) => Value | undefined) {
    super()
    this.find = find
  }
  override get kind(): 'mapping' {
    return 'mapping'
  }
  override attr(name: string): Value | undefined {
    if (name === 'get') return fn('get', ([key = null, fallback = null]) => this.item(key) ?? fallback)
    return this.item(name)
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.find(key) : undefined
  }
}

export interface Setting {
  readonly scope: Scope
}

/** `base` gives the names around the vector's own. */
export function settingOf(vector: RenderVector, special: SpecialValues, base: (own: () => Scope) => Scope): Setting {
  const packages = loadPackages(vector.macros)
  const own = new Map(
    Object.entries(vector.context ?? {}).map(([name, value]) => [name, fromTagged(value, special)] as const),
  )
  const bound = new Map<string, Value>()
  const find = (packageName: string, name: string): Value | undefined => {
    const key = `${packageName}.${name}`
    const known = bound.get(key)
    if (known !== undefined) return known
    const macro = packages.get(packageName)?.macros.get(name)?.(scope)
    if (macro !== undefined) bound.set(key, macro)
    return macro
  }
  const surrounding = base(() => scope)
  const scope: Scope = {
    lookup(name) {
      const value = own.has(name) ? own.get(name) : find('main', name)
      if (value !== undefined) return value
      if (packages.has(name) && name !== 'dbt') return new PackageNamespace(key => find(name, key))
      if (name === 'dbt' && packages.has('dbt')) {
        return new PackageNamespace(key => find('dbt', key))
      }
      return find('dbt', name) ?? surrounding.lookup(name)
    },
    names: () => [...own.keys(), ...packages.keys()],
  }
  return { scope }
}

/** The few names that most vectors use, when nobody else gives them. */
export function plainBase(own: () => Scope): Scope {
  const env = new Evaluation(emptyScope, new Map())
  const names: Record<string, Value> = {
    return: fn('return', (args, kwargs) => {
      if (args.length !== 1 || kwargs.size > 0) throw typeError('return() takes exactly one argument')
      throw new ReturnSignal(args[0]!)
    }),
    log: fn('log', args => {
      if (args.length === 0) throw typeError('log() missing 1 required positional argument')
      return ''
    }),
    set: fn('set', ([items = null]) => new PySet(toArray(items))),
    tojson: fn('tojson', ([value = null]) => jsonText(value)),
    fromjson: fn('fromjson', ([text = null]) => toPython(JSON.parse(str(text)))),
    zip: fn('zip', args => {
      const columns = args.map(one => toArray(one))
      const length = Math.min(...columns.map(one => one.length))
      return Array.from({ length }, (_, index) => new PyTuple(columns.map(one => one[index]!)))
    }),
    context: new PackageNamespace(name => own().lookup(name)),
  }
  names.builtins = PyDict.of({ log: names.log! })
  void findAttribute
  void item
  void env
  void iterate
  void noKwargs
  return scopeOf(names)
}

export function renderVector(vector: RenderVector, setting: Setting): string | Promise<string> {
  const { template, mode } = vector
  if (mode === 'native') {
    const value = renderNative(template, setting.scope)
    return value instanceof Promise ? value.then(repr) : repr(value)
  }
  return compileTemplate(template).render(setting.scope, { undefined: mode === 'parse' ? 'permissive' : 'strict' })
}

export interface ErrorAnswer {
  readonly kind: string
  readonly message: string
  readonly line: number | undefined
}

/** An error as vectors describe it. */
export function describeError(error: unknown): ErrorAnswer {
  if (!(error instanceof DiagnosticError))
    return { kind: 'crash', message: String((error as Error)?.stack ?? error), line: undefined }
  const { code, message, at, hint } = error.diagnostic
  const [, name = ''] = code.split('/')
  const families = ['syntax', 'undefined', 'type', 'value', 'lookup', 'arithmetic', 'security', 'recursion', 'runtime']
  const kind = code.startsWith('template/') && families.includes(name) ? name : 'compilation'
  return { kind, message: hint ? `${message} ${hint}` : message, line: at && lineColumn(at.file, at.start).line }
}
