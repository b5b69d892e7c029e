import { expect, test } from 'vitest'
import { link } from './graph-rig.ts'

const messages = (files: Readonly<Record<string, string>>): string[] =>
  link(files).diagnostics.all.map(one => `${one.code}: ${one.message}`)

test('a model past its deprecation date is told, and so is every model that refers to it', () => {
  const found = messages({
    'models/old.sql': 'select 1 as id',
    'models/new.sql': "select * from {{ ref('old') }}",
    'models/m.yml': 'models:\n  - {name: old, deprecation_date: 1960-01-01}\n',
  })
  expect(found.length).toBe(2)
  expect(found[0]).toMatch(/^graph\/deprecated-model: Model old has passed its deprecation date of 1960-01-01T/)
  expect(found[1]).toContain("While compiling 'new': Found a reference to old, which was deprecated on '1960-01-01T")
})

test('a date ahead is told to the models that refer to the model', () => {
  const found = messages({
    'models/old.sql': 'select 1 as id',
    'models/new.sql': "select * from {{ ref('old') }}",
    'models/m.yml': 'models:\n  - {name: old, deprecation_date: 2999-01-01}\n',
  })
  expect(found.map(one => one.split(':')[0])).toEqual(['graph/upcoming-deprecation'])
})

test('a microbatch model without an input that has an event time is told', () => {
  const files = (config: string): Record<string, string> => ({
    'models/input.sql': `${config}select 1 as id`,
    'models/batches.sql':
      "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='2020-01-01') }} select * from {{ ref('input') }}",
  })
  expect(messages(files('')).join()).toContain(
    "graph/unfiltered-microbatch: The microbatch model 'batches' has no 'ref'",
  )
  expect(messages(files("{{ config(event_time='at') }}"))).toEqual([])
})
