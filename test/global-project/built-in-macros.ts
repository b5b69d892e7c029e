/** Loads the built-in macros from their files and renders templates with them, around a database that answers nothing. */
import { readdirSync, readFileSync } from 'node:fs'
import { extractBlocks } from '../../src/template/blocks.ts'
import { jsonText } from '../../src/template/json-text.ts'
import type { MacroBlock } from '../../src/template/macro-block.ts'
import { parseMacroBlock } from '../../src/template/macro-block.ts'
import { toPython } from '../../src/template/plain-data.ts'
import { str } from '../../src/template/repr.ts'
import { ReturnSignal } from '../../src/template/return-signal.ts'
import type { Scope } from '../../src/template/scope.ts'
import { compileMacro, compileTemplate } from '../../src/template/template.ts'
import { fn, PyObject, PyTuple, type Value } from '../../src/template/value.ts'

export interface BuiltInMacro extends MacroBlock {
  readonly packageName: PackageName
  readonly path: string
  readonly text: string
}

export type PackageName = 'dbt' | 'dbt_duckdb'

const root = new URL('../../src/global-project/', import.meta.url)

export function readBuiltInMacros(packageName: PackageName): BuiltInMacro[] {
  const folder = new URL(`${packageName}/`, root)
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.sql'))
  return paths.sort().flatMap(path => {
    const file = { path: `${packageName}/${path}`, text: readFileSync(new URL(path, folder), 'utf8') }
    const { blocks, unexpectedTags } = extractBlocks(file, ['macro', 'materialization', 'test'])
    if (unexpectedTags.length > 0) throw new Error(`${file.path}: text outside of macros`)
    return blocks.map(block => {
      const text = block.fullBlock
      const found = parseMacroBlock({ text, file, base: block.start })
      if (!found) throw new Error(`${file.path}: no macro in a block`)
      return { ...found, packageName, path: file.path, text }
    })
  })
}

class Names extends PyObject {
  readonly typeName = 'Names'
  private readonly find: (name: string) => Value | undefined
  constructor(find: (name: string) => Value | undefined) {
    super()
    this.find = find
  }
  override get kind(): 'mapping' {
    return 'mapping'
  }
  override item(key: Value): Value | undefined {
    return this.find(str(key))
  }
}

const record = (values: Readonly<Record<string, Value>>): Names => new Names(name => values[name])
const nothing = fn('nothing', () => null)

/** Every built-in macro by name, `dbt`, and just enough of a context for macros that only make text. */
export function builtInScope(): Scope {
  const bound = new Map<string, Value>()
  const scope: Scope = { lookup: name => names[name] ?? bound.get(name) }
  const dispatch = fn('dispatch', ([name = '']) => {
    const macro = bound.get(`duckdb__${str(name)}`) ?? bound.get(`default__${str(name)}`)
    if (macro === undefined) throw new Error(`no macro for ${str(name)}`)
    return macro
  })
  const translate = fn('translate_type', ([type = '']) => (str(type) === 'string' ? 'TEXT' : type))
  const numeric = fn(
    'numeric_type',
    ([type = '', digits = 0, scale = 0]) => `${str(type)}(${str(digits)},${str(scale)})`,
  )
  const results = fn('load_result', () => toPython({ data: [[31]] }))
  const names: Readonly<Record<string, Value>> = {
    dbt: new Names(name => bound.get(name)),
    execute: true,
    return: fn('return', ([value = null]) => {
      throw new ReturnSignal(value)
    }),
    adapter: record({
      dispatch,
      execute: fn('execute', () => new PyTuple(['OK', null])),
      behavior: record({ enable_truthy_nulls_equals_macro: record({ no_warn: false }) }),
    }),
    api: record({ Column: record({ translate_type: translate, numeric_type: numeric }) }),
    config: record({ get: fn('get', ([, fallback = null]) => fallback) }),
    flags: record({ STORE_FAILURES: false, FULL_REFRESH: false }),
    tojson: fn('tojson', ([value = null]) => jsonText(value)),
    store_result: nothing,
    load_result: results,
    modules: record({ datetime: record({ date: fn('date', parts => isoDate(parts)) }) }),
  }
  for (const packageName of ['dbt', 'dbt_duckdb'] as const) {
    for (const { name, text } of readBuiltInMacros(packageName)) {
      bound.set(name, compileMacro(name, compileTemplate(text)).bind(scope))
    }
  }
  return scope
}

function isoDate(parts: readonly Value[]): Value {
  const text = parts.map(part => str(part).padStart(2, '0')).join('-')
  return record({ strftime: fn('strftime', () => text) })
}
