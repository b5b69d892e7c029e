/** The built-in macros: their names and arguments are dbt's, and what they render into compiled models is too. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Expression } from '../../src/template/ast.ts'
import { compileTemplate } from '../../src/template/template.ts'
import { builtInScope, type PackageName, readBuiltInMacros } from './built-in-macros.ts'

interface Arguments {
  readonly arguments: readonly string[]
  readonly optional: readonly string[]
}

function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as Content
}

function argumentsOf(parameters: readonly { readonly name: string }[], defaults: readonly Expression[]): Arguments {
  const names = parameters.map(parameter => parameter.name)
  return { arguments: names, optional: names.slice(names.length - defaults.length) }
}

describe.each(['dbt', 'dbt_duckdb'] as const)('package %s', (packageName: PackageName) => {
  const macros = readBuiltInMacros(packageName)
  const expected = readJson<Record<PackageName, Record<string, Arguments>>>('macro-names.json')[packageName]

  test('has every macro of dbt once and no other', () => {
    expect(macros.map(macro => macro.name).sort()).toEqual(Object.keys(expected).sort())
  })

  test('takes the arguments that dbt takes', () => {
    const given = macros.filter(({ macro }) => macro.macroKind !== 'materialization')
    const actual = given.map(({ name, macro }) => [name, argumentsOf(macro.parameters, macro.defaults)])
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(given.map(({ name }) => [name, expected[name]])))
  })

  test('compiles without an error', () => {
    for (const { text } of macros) expect(() => compileTemplate(text)).not.toThrow()
  })
})

describe('text that becomes part of compiled models and tests', () => {
  const scope = builtInScope()
  const cases = readJson<{ template: string; renders: string }[]>('compiled-sql.json')

  test.each(cases)('$template renders as in dbt', async ({ template, renders }) => {
    expect(await compileTemplate(template).render(scope)).toBe(renders)
  })
})
