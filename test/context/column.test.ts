import { describe, expect, test } from 'vitest'
import { nodeRendering } from './rendering.ts'

const render = (template: string) => nodeRendering().render(template)

describe('api.Column', () => {
  test.each([
    [
      "{{ api.Column('c', 'varchar') }}",
      "DuckDBColumn(column='c', dtype='varchar', char_size=None, numeric_precision=None, numeric_scale=None, fields=[])",
    ],
    [
      "{% set c = column('c', 'varchar') %}{{ c.quoted }} {{ c.name }} {{ c.dtype }} {{ c.data_type }} {{ c.char_size }}",
      '"c" c varchar character varying(256) None',
    ],
    [
      "{{ api.Column('c', 'varchar', 16).data_type }} {{ api.Column('c', 'numeric', none, 10, 2).data_type }} {{ api.Column('c', 'DECIMAL(1,0)').data_type }}",
      'character varying(16) numeric(10,2) DECIMAL(1,0)',
    ],
    [
      "{{ api.Column('c', 'INTEGER').is_integer() }} {{ api.Column('c', 'bigint').is_number() }} {{ api.Column('c', 'double').is_float() }} {{ api.Column('c', 'int').is_string() }}",
      'True True True False',
    ],
    [
      "{{ api.Column.create('n', 'STRING').dtype }} {{ api.Column.translate_type('int') }} {{ api.Column('c', 'varchar').literal('v') }}",
      'TEXT int v::character varying(256)',
    ],
    [
      "{{ api.Column.from_description('a', 'decimal(10,2)').numeric_scale }} {{ api.Column.from_description('a', 'varchar(5)').char_size }}",
      '2 5',
    ],
    [
      "{{ api.Column('s', 'STRUCT(a VARCHAR, b STRUCT(c DECIMAL(10,2), d INT))').flatten() | map(attribute='name') | list }}",
      "['s.a', 's.b.c', 's.b.d']",
    ],
    [
      "{{ api.Column('c', 'text').can_expand_to(api.Column('d', 'varchar', 300)) }} {{ api.Column('c', 'int') == api.Column('c', 'int') }}",
      'True True',
    ],
  ])('%s', async (template, expected) => {
    expect(await render(template)).toBe(expected)
  })
  test('a size is asked of text only', async () => {
    await expect(render("{{ api.Column('c', 'int').string_size() }}")).rejects.toThrow('non-string field')
  })
})
