import { describe, expect, test } from 'vitest'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { lineColumn } from '../../src/base/source-file.ts'
import { extractBlocks } from '../../src/template/blocks.ts'
import { ReturnSignal, returnFunction } from '../../src/template/return-signal.ts'
import { type Scope, scopeOf } from '../../src/template/scope.ts'
import {
  compileMacro,
  compileTemplate,
  generateTemplateCode,
  instantiateTemplate,
  renderNative,
} from '../../src/template/template.ts'
import { runtimeError } from '../../src/template/template-error.ts'
import { fn, PyDict, type Value } from '../../src/template/value.ts'

/** `return` as a function that compiled code does not know. */
const throwing = fn('return', (args, kwargs) => {
  const [value = null] = [...args, ...kwargs.values()]
  throw new ReturnSignal(value)
})
const later = fn('later', ([value = null]) => Promise.resolve(value))

/** A scope with the macros of a file, and with `return` and `later`. */
function scopeWith(macros: string, values: Record<string, Value> = {}): Scope {
  const file = { path: 'macros/all.sql', text: macros }
  const names = new Map<string, Value>(Object.entries({ return: returnFunction, later, ...values }))
  const scope: Scope = { lookup: name => names.get(name), names: () => names.keys() }
  for (const block of extractBlocks(file, ['macro']).blocks) {
    const template = compileTemplate(block.fullBlock, { file, base: block.start })
    names.set(block.name ?? '', compileMacro(block.name ?? '', template).bind(scope))
  }
  return scope
}

function failure(render: () => unknown): DiagnosticError {
  try {
    render()
  } catch (error) {
    if (error instanceof DiagnosticError) return error
    throw error
  }
  throw new Error('expected an error')
}

describe('rendering', () => {
  test('is synchronous while nothing gives a promise', () => {
    expect(compileTemplate('{{ 1 + 1 }}{% for x in [1, 2] %}{{ x }}{% endfor %}').render(scopeOf({}))).toBe('212')
  })

  test('waits for promises wherever a call can stand', async () => {
    const text =
      '{% set a = later(1) %}{{ a + later(2) }}{% for x in later([1, 2]) if later(x) == 2 %}{{ loop.last }}{{ m(x) }}{% endfor %}{% call m(0) %}{{ later("c") }}{% endcall %}'
    const macros = '{% macro m(x) %}<{{ later(x) }}{{ caller() if caller }}>{% endmacro %}'
    const rendered = compileTemplate(text).render(scopeWith(macros))
    expect(rendered).toBeInstanceOf(Promise)
    expect(await rendered).toBe('3True<2><0c>')
  })

  test('gives what a macro returned after waiting, with its type', async () => {
    const scope = scopeWith('{% macro m() %}{% set x = later([1, 2]) %}{{ return(x) }}{% endmacro %}')
    expect(await compileTemplate('{{ m()[1] + 1 }}').render(scope)).toBe('3')
  })

  test.each([
    ['in a loop and a condition', '{% for x in [1, 2, 3] %}{% if x == 2 %}{% do return([x]) %}{% endif %}{% endfor %}'],
    ['inside a set block', '{% set text %}before {{ return(4) }}{% endset %}{{ text }}'],
    ['inside a filter block', '{% filter upper %}a{{ return(5) }}{% endfilter %}'],
    ['from a macro inside the macro', '{% macro inner() %}{% do return(6) %}{% endmacro %}{{ inner() }} behind'],
    [
      'from the body of a call',
      '{% macro inner() %}{{ caller() }}{% endmacro %}{% call inner() %}{{ return(7) }}{% endcall %}',
    ],
    ['after waiting', '{% do return(later(8)) %}'],
    ['in a recursive loop', '{% for x in [[9]] recursive %}{{ return(loop.depth) }}{% endfor %}'],
    ['with a name', '{{ return(data=10) }}'],
    ['where another value has its name', '{% set return = dict %}{{ return(a=11) }}'],
  ])('return leaves a macro %s, whether it throws or is known to the compiler', async (_, body) => {
    const macros = `{% macro m() %}${body}{% endmacro %}`
    const template = compileTemplate('{% set got = m() %}{{ got }} {{ got is string }}')
    const render = async (values: Record<string, Value>): Promise<string> => {
      try {
        return await template.render(scopeWith(macros, values))
      } catch (error) {
        return String(error)
      }
    }
    expect(await render({})).toBe(await render({ return: throwing }))
  })

  test('puts the error of a promise at the call that gave it', async () => {
    const scope = scopeOf({ broken: fn('broken', () => Promise.reject(runtimeError('no such table'))) })
    const text = 'a\nb {{ broken() }}'
    const error = await Promise.resolve(compileTemplate(text).render(scope)).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(DiagnosticError)
    const { at } = (error as DiagnosticError).diagnostic
    expect(at && text.slice(at.start, at.end)).toBe('broken()')
  })

  test('runs code that was kept as text', () => {
    for (const text of ['{% if x %}{{ x | upper }}{% endif %}', "select {{ x }} from {{ d['k'] }}", 'plain\n']) {
      const code = generateTemplateCode(text)
      const scope = scopeOf({ x: 'a', d: PyDict.of({ k: 't' }) })
      expect(instantiateTemplate(code, text).render(scope)).toBe(compileTemplate(text).render(scope))
    }
  })

  test('maps output back to the source that made it', () => {
    const text = 'select 1,\n{{ x }} {% if true %}from {{ y }}{% endif %}'
    const template = compileTemplate(text, { mode: 'mapped' })
    const { text: sql, map } = template.renderMapped(scopeOf({ x: 'XX', y: 'YY' })) as { text: string; map: number[] }
    expect(sql).toBe('select 1,\nXX from YY')
    const sourceOf = (offset: number): string => {
      let source = 0
      for (let index = 0; index < map.length; index += 2) if (map[index]! <= offset) source = map[index + 1]!
      return text.slice(source)
    }
    expect(sourceOf(sql.indexOf('XX'))).toMatch(/^x \}\}/)
    expect(sourceOf(sql.indexOf('YY'))).toMatch(/^y \}\}/)
    expect(sourceOf(sql.indexOf('from'))).toMatch(/^from/)
  })

  test('keeps the type of a YAML value that is one expression', () => {
    expect(renderNative('{{ x }}', scopeOf({ x: 5 }))).toBe(5)
    expect(renderNative('{{ x }} days', scopeOf({ x: 5 }))).toBe('5 days')
  })
})

describe('errors', () => {
  const macros =
    '{% macro inner(x) %}\n{{ x.y.z }}\n{% endmacro %}\n\n{% macro outer() %}\n{{ inner(none) }}{% endmacro %}'

  test('stand where the macro is written and list the calls that led there', () => {
    const { diagnostic } = failure(() => compileTemplate('a\n{{ outer() }}').render(scopeWith(macros)))
    expect(diagnostic.code).toBe('template/undefined')
    const lines = [diagnostic, ...diagnostic.notes].map(
      one => one.at && `${one.at.file.path}:${lineColumn(one.at.file, one.at.start).line}`,
    )
    expect(lines).toEqual(['macros/all.sql:2', 'macros/all.sql:2', 'macros/all.sql:6', ':2'])
    expect(diagnostic.notes.map(note => note.message)).toEqual([
      "in macro 'inner'",
      "called by macro 'outer'",
      'called here',
    ])
  })

  test('suggest a name that is near', () => {
    const scope = scopeOf({ relation: PyDict.of({}) })
    expect(failure(() => compileTemplate('{{ relatoin.x }}').render(scope)).diagnostic.hint).toBe(
      "Did you mean 'relation'?",
    )
  })

  test('end a macro that calls itself without end', () => {
    const scope = scopeWith('{% macro f(x) %}{% if true %}{{ f(x + 1) | trim }}{% endif %}{% endmacro %}')
    expect(failure(() => compileTemplate('{{ f(1) }}').render(scope)).diagnostic.code).toBe('template/recursion')
    expect(compileTemplate('{{ 1 }}').render(scope)).toBe('1')
  })

  test('end a list that contains ever more of what is looped over', () => {
    const text = '{% set l = [1] %}{% for x in l %}{% do l.append(x) %}{% endfor %}'
    expect(failure(() => compileTemplate(text).render(scopeOf({}))).diagnostic.code).toBe('template/runtime')
  })

  test('say that return belongs into a macro', () => {
    expect(failure(() => compileTemplate('{{ return(1) }}').render(scopeWith(''))).diagnostic.code).toBe(
      'template/return',
    )
  })

  test('of syntax point at the token in the file', () => {
    const file = { path: 'm.sql', text: 'first line\n{% macro a() %}{{ 1 + }}{% endmacro %}' }
    const { diagnostic } = failure(() => compileTemplate(file.text.slice(11), { file, base: 11 }))
    expect(diagnostic.at && file.text.slice(diagnostic.at.start, diagnostic.at.end)).toBe('}}')
  })

  test('keep their offsets when the file has Windows line ends', () => {
    const file = { path: 'm.sql', text: 'a\r\nb\r\n{{ x.y.z }}' }
    const { diagnostic } = failure(() => compileTemplate(file.text, { file }).render(scopeOf({ x: PyDict.of({}) })))
    expect(diagnostic.at && file.text.slice(diagnostic.at.start, diagnostic.at.end)).toBe('x.y.z')
  })
})
