import { describe, expect, test } from 'vitest'
import { parsed } from './parsed.ts'

/** What the source `t` prints as, whose source is `raw`. */
function relationName(options: string): unknown {
  const yaml = `sources: [{name: raw, tables: [{name: t, tags: [q], config: {meta: {n: 7, k: {b: x}, ${options}}}}]}]`
  return parsed({ 'models/s.yml': yaml }).json('source.shop.raw.t').relation_name
}

describe('external_location', () => {
  test.each([
    ['x/{name}.csv', "'x/t.csv'"],
    ['{schema}/{identifier}/{database}', "'raw/t/shop'"],
    ['x/{name!r:>5}/{tags[0]}/{k[b]}/{n:03d}', "'x/  't'/q/x/007'"],
    ["'x/{name}'", "'x/t'"],
    ["read_csv('{name}')", "read_csv('t')"],
  ])('%s is filled in by str.format', (location, name) => {
    expect(relationName(`external_location: "${location}"`)).toBe(name)
  })

  test.each([
    ['oldstyle', 'x/%(name)5s/%%/%(n)03d.csv', "'x/    t/%/007.csv'"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: so Python's templates are written
    ['template', 'x/$name/${name}_a/$$/$n.csv', "'x/t/t_a/$/7.csv'"],
  ])('%s placeholders are those of Python', (formatter, location, name) => {
    expect(relationName(`external_location: "${location}", formatter: ${formatter}`)).toBe(name)
  })

  test('nothing is filled in for a plugin, and null is as good as none', () => {
    expect(relationName('external_location: "{nope}", plugin: excel')).toBe('"shop"."raw"."t"')
    expect(relationName('external_location: null')).toBe('"shop"."raw"."t"')
  })

  test.each([
    ['external_location: "x/{nope}"', `external_location "x/{nope}" cannot be filled in: 'nope'`],
    [
      'external_location: "x/{name"',
      `external_location "x/{name" cannot be filled in: expected '}' before end of string`,
    ],
    ['external_location: "x/{k[c]}"', `external_location "x/{k[c]}" cannot be filled in: there is no item 'c'`],
    ['external_location: "%(nope)s", formatter: oldstyle', `external_location "%(nope)s" cannot be filled in: 'nope'`],
    ['external_location: "$nope", formatter: template', `external_location "$nope" cannot be filled in: 'nope'`],
    [
      'external_location: "$ 5", formatter: template',
      'external_location "$ 5" cannot be filled in: Invalid placeholder in string',
    ],
    [
      'external_location: "x", formatter: other',
      `external_location "x" cannot be filled in: Formatter other not recognized. Must be one of 'newstyle', 'oldstyle', or 'template'.`,
    ],
    ['external_location: 5', 'external_location has to be a text, and is 5'],
  ])('%s stops the parse', (options, message) => {
    const yaml = `sources: [{name: raw, tables: [{name: t, config: {meta: {k: {b: x}, ${options}}}}]}]`
    expect(parsed({ 'models/s.yml': yaml }).diagnostics).toMatchObject([
      {
        code: 'project/external-location',
        message: `Source 'raw.t': ${message}`,
        at: { file: { path: 'models/s.yml' } },
      },
    ])
  })
})
