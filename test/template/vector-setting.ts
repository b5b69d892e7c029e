/** Renders a conformance vector as its recording did: macros by package, dbt's base names around the given context. */
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { lineColumn } from '../../src/base/source-file.ts'
import { baseNames } from '../../src/context/base-names.ts'
import { noEffects } from '../../src/context/effects.ts'
import { FlagsValue } from '../../src/context/flags-value.ts'
import { daysOf, microsPerDay, microsPerSecond } from '../../src/context/modules/calendar.ts'
import { PyDate } from '../../src/context/modules/python-date.ts'
import { PyDateTime } from '../../src/context/modules/python-datetime.ts'
import { PyDecimal } from '../../src/context/modules/python-decimal.ts'
import type { RunFacts } from '../../src/context/run-facts.ts'
import { extractBlocks } from '../../src/template/blocks.ts'
import { toPython } from '../../src/template/plain-data.ts'
import { repr } from '../../src/template/repr.ts'
import type { Scope } from '../../src/template/scope.ts'
import { compileMacro, compileTemplate, renderNative, renderText } from '../../src/template/template.ts'
import { fn, PyDict, PyFloat, PyObject, PySet, PyTuple, type Value } from '../../src/template/value.ts'

export interface RenderVector {
  readonly id: string
  readonly group: string
  readonly template: string
  readonly context?: Readonly<Record<string, unknown>>
  readonly macros?: readonly (string | { readonly package: string; readonly source: string })[]
  readonly mode?: 'native' | 'parse'
}

function fromTagged(data: unknown): Value {
  if (Array.isArray(data)) return data.map(one => fromTagged(one))
  if (data === null || typeof data !== 'object') return toPython(data)
  const { $t: kind, v } = data as { $t?: string; v?: unknown }
  if (kind === undefined) {
    return PyDict.of(Object.entries(data).map(([key, value]) => [key, fromTagged(value)] as const))
  }
  switch (kind) {
    case 'tuple':
      return new PyTuple((v as unknown[]).map(one => fromTagged(one)))
    case 'set':
      return new PySet((v as unknown[]).map(one => fromTagged(one)))
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

export function settingOf(vector: RenderVector): Setting {
  const packages = loadPackages(vector.macros)
  const own = new Map(Object.entries(vector.context ?? {}).map(([name, value]) => [name, fromTagged(value)] as const))
  const bound = new Map<string, Value>()
  const find = (packageName: string, name: string): Value | undefined => {
    const key = `${packageName}.${name}`
    const known = bound.get(key)
    if (known !== undefined) return known
    const macro = packages.get(packageName)?.macros.get(name)?.(scope)
    if (macro !== undefined) bound.set(key, macro)
    return macro
  }
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
  const surrounding = baseScope(scope)
  return { scope }
}

const facts: RunFacts = {
  dbtVersion: '1.11.16',
  invocationId: '00000000-0000-4000-8000-000000000000',
  runStartedAt: 0,
  environment: {},
  clock: { now: () => 0, elapsedMs: () => 0 },
  effects: noEffects,
  threadId: () => 'MainThread',
  render: (text, scope) => renderText(text, scope),
  flags: new FlagsValue({}),
  invocationArguments: new PyDict(),
  metadataEnvironment: new PyDict(),
  target: PyDict.of({ name: 'dev', type: 'duckdb' }),
  projectName: 'main',
}

/** dbt's base names, whose `context` shows the vector's own. */
function baseScope(own: Scope): Scope {
  const names = baseNames(facts, { vars: { get: () => undefined, all: () => new PyDict() } })
  return { lookup: name => (name === 'context' ? new PackageNamespace(key => own.lookup(key)) : names.lookup(name)) }
}

/** Values that JSON lacks and Python's modules have. */
function special(kind: string, text: string): Value | undefined {
  if (kind === 'decimal') return PyDecimal.parse(text)
  const [date = '', time = '00:00:00'] = text.split('T')
  const [year = 1, month = 1, day = 1] = date.split('-').map(Number)
  const days = daysOf({ year, month, day })
  if (kind === 'date') return new PyDate(days)
  if (kind !== 'datetime') return undefined
  const [hour = 0, minute = 0, second = 0] = time.split(':').map(Number)
  return new PyDateTime(BigInt(days) * microsPerDay + BigInt((hour * 60 + minute) * 60 + second) * microsPerSecond)
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
