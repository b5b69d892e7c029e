import { describe, expect, it } from 'vitest'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { parseAnyYaml, parseYaml } from '../../src/base/located-yaml.ts'
import { lineColumn } from '../../src/base/source-file.ts'
import { readBlockYaml } from '../../src/base/yaml-block-reader.ts'
import { type YamlNode, yamlAt, yamlData } from '../../src/base/yaml-node.ts'

const parse = (text: string) => parseYaml({ path: 'x.yml', text })
const data = (text: string): unknown => yamlData(parse(text).root)

describe('plain scalars as YAML 1.1 has them', () => {
  it.each([
    ['yes', true],
    ['No', false],
    ['on', true],
    ['OFF', false],
    ['y', 'y'],
    ['tRue', 'tRue'],
    ['~', null],
    ['Null', null],
    ['012', 10],
    ['0o14', '0o14'],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['1:30', 90],
    ['-190:20:30', -685230],
    ['08', '08'],
    ['1e3', '1e3'],
    ['1.5e3', '1.5e3'],
    ['2024-01-31', '2024-01-31'],
    ['2024-01-31 10:00:00', '2024-01-31T10:00:00'],
    ['2024-1-3T4:05:06.5Z', '2024-01-03T04:05:06.500000+00:00'],
    ['2024-01-31 10:00:00 -5', '2024-01-31T10:00:00-05:00'],
    ['12345678901234567890', 12345678901234567890n],
    ['a: b'.replace(': ', ':'), 'a:b'],
    ['{{ x }}'.replace('{{', '"{{').replace('}}', '}}"'), '{{ x }}'],
  ])('%s', (text, value) => {
    expect(data(`k: ${text}`)).toEqual({ k: value })
  })

  it('keeps floats apart from ints', () => {
    const { root } = parse('[1, 1.0, .5, 1.5e+3, -.inf, .nan]')
    expect(root.kind === 'list' && root.items.map(item => item.kind === 'scalar' && item.value)).toEqual([
      1,
      { kind: 'float', value: 1 },
      { kind: 'float', value: 0.5 },
      { kind: 'float', value: 1500 },
      { kind: 'float', value: Number.NEGATIVE_INFINITY },
      { kind: 'float', value: Number.NaN },
    ])
  })

  it('takes quoted text and explicit tags at their word', () => {
    expect(data(`[ "yes", '1', !!str 1, !!int "3" ]`)).toEqual(['yes', '1', '1', 3])
  })

  it('refuses a date that does not exist', () => {
    expect(() => parse('k: 2024-02-30')).toThrow(DiagnosticError)
  })
})

describe('mappings', () => {
  it('take in what << names, own keys first in rank and last in place', () => {
    expect(Object.entries(data('base: &b {a: 1, c: 2}\nuse:\n  x: 9\n  <<: *b\n  a: 3\n') as object)[1]).toEqual([
      'use',
      { a: 3, c: 2, x: 9 },
    ])
  })

  it('note repeated keys with both places and let the last one count', () => {
    const document = parse('a: 1\nb: 2\na: 3\n')
    expect(yamlData(document.root)).toEqual({ a: 3, b: 2 })
    expect(document.duplicates.map(one => [one.key, lineColumn(one.at.file, one.at.start).line])).toEqual([['a', 3]])
    expect(document.duplicates[0]?.first.start).toBe(0)
  })

  it('may have keys that are no text', () => {
    expect(data('on: 1\n2: b\n')).toEqual({ True: 1, 2: 'b' })
  })
})

describe('places', () => {
  const text = 'models:\n  - name: orders # first\n    tags: [a, "b c"]\n'
  const document = parse(text)
  const written = (...path: (string | number)[]): string => {
    const node = yamlAt(document.root, ...path)
    return node ? text.slice(node.start, node.end) : ''
  }

  it('cover exactly what was written, quotes included', () => {
    expect(written('models', 0, 'name')).toBe('orders')
    expect(written('models', 0, 'tags')).toBe('[a, "b c"]')
    expect(written('models', 0, 'tags', 1)).toBe('"b c"')
    expect(written('models', 0)).toBe('name: orders # first\n    tags: [a, "b c"]')
  })
})

describe('faults', () => {
  it.each([
    ['a: [1, 2\nb: 3\n', 1],
    ['a: "open\n', 1],
    ['a: b: c\n', 1],
    ['k: {{ x }}\n', 1],
    ['a: 1\n---\nb: 2\n', 2],
    ['a: !unknown 1\n', 1],
    ['a: *nowhere\n', 1],
  ])('%j is told with its place', text => {
    const fault = (() => {
      try {
        parse(text)
        return undefined
      } catch (error) {
        return error instanceof DiagnosticError ? error.diagnostic : undefined
      }
    })()
    expect(fault).toMatchObject({ code: 'base/yaml-syntax', kind: 'Runtime' })
    expect(fault?.message).toMatch(/^Syntax error near line \d+ of "x.yml": /)
    expect(fault?.at?.file.path).toBe('x.yml')
  })
})

describe('the quick reader', () => {
  const ordinary = [
    '',
    '# only a comment\n',
    '---\nversion: 2\n',
    'a:\n  - 1\n  -\n  - b: c\n    d:\n    - e\n',
    'a:\n- b\n- c: d\n  e: f\n',
    '- - 1\n  - 2\n- x\n',
    'a: plain text that\n  goes on\n\n  after a gap\nb: 2\n',
    'a: |\n  one\n    two\n\n  three\nb: >-\n  folded\n  text\n\n  more\nc: |+\n  keep\n\nd: |2\n    deep\n',
    'a: >\n  x\n    y\n  z\n',
    'a: |\n  no line end',
    "a: \"x\\ty\\u00e9\\\"\" # c\nb: 'it''s'\n",
    'a: "two\n  lines"\nb: [1,\n  {x: y, "k": [ ]}, # c\n  z]\n',
    'a: http://x:y/#z\nb: a#b\nc: -1\nd: "#"\n',
    '"q": 1\n\'s\': 2\n? \n'.slice(0, 14),
    'a: 1\na: 2\n',
    'empty:\nnext: ~\n',
    'vars:\n  dbt_date:time_zone: UTC\n  http://x:8: 1\n  12:30: y\n',
    "a: [ref('b'), it's, x>=1, a@b, n/*.c, http://d:8/e, f:g]\n",
    'a: {"b":1, \'c\':{"d":[]}, "e":, "f": , g: }\n',
  ]

  it.each(ordinary)('reads %j as the other reader does', text => {
    const file = { path: 'x.yml', text }
    const quick = readBlockYaml(file)
    expect(quick).toBeDefined()
    expect(shape(quick?.root)).toEqual(shape(parseAnyYaml(file).root))
    expect(quick?.duplicates.length).toBe(parseAnyYaml(file).duplicates.length)
  })

  it.each([
    'a: &x 1\nb: *x\n',
    'a: !!str 1\n',
    '%YAML 1.1\n---\na: 1\n',
    'a:\t1\n',
    'a: 1\n--- \nb: 2\n',
    'a: b: c\n',
    '- a\nb: 1\n',
    'a: 1\n   b: 2\n',
    'a: {{ x }}\n',
    'a: {b:1}\n',
    'a: {b:, c: 1}\n',
    'a: [b?, c]\n',
  ])('leaves %j to the other reader', text => {
    expect(readBlockYaml({ path: 'x.yml', text })).toBeUndefined()
  })
})

/** Values, and where every scalar that is not empty begins. */
function shape(node: YamlNode | undefined): unknown {
  if (!node) return undefined
  if (node.kind === 'list') return node.items.map(shape)
  if (node.kind === 'map') return node.entries.map(entry => [shape(entry.key), shape(entry.value)])
  return node.value === null ? null : { value: node.value, start: node.start }
}

it('a value in braces may end as far left as its key, as in PyYAML', () => {
  const text = 'tests:\n  - accepted: {\n      values: [1],\n      quote: true,  # why\n  }\ntags: x\n'
  expect(data(text)).toEqual({ tests: [{ accepted: { values: [1], quote: true } }], tags: 'x' })
})
