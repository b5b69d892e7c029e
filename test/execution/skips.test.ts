import { afterEach, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

const files = {
  'models/broken.sql': "{{ config(materialized='table') }} select nope as id",
  'models/between.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('broken') }}",
  'models/last.sql': "select * from {{ ref('between') }}",
  'models/after.sql': "select * from {{ ref('last') }}",
}

async function messages(command: 'build' | 'run'): Promise<Record<string, string | null>> {
  rig = new RunRig(files)
  const outcome = await rig.run({ command })
  return { last: outcome.result('last').message, after: outcome.result('after').message }
}

test('a build blames a skipped ephemeral model for what reads it, and no more for what comes after', async () => {
  expect(await messages('build')).toEqual({
    last: 'Compilation Error in model.shop.last, caused by compilation error in referenced ephemeral model model.shop.between',
    after: null,
  })
})

test('a run blames none that is skipped itself', async () => {
  expect(await messages('run')).toEqual({ last: null, after: null })
})
