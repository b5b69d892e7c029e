import { describe, expect, it } from 'vitest'
import { optionsWithPartitions, partitionColumns } from '../../src/project/partition-columns.ts'
import { PyDict, type Value } from '../../src/template/value.ts'

const config = (record: Record<string, Value>): PyDict => PyDict.of(record)

describe('partitionColumns', () => {
  it('reads one name, names with commas, names in parentheses and lists alike', () => {
    expect(partitionColumns(config({ partition_by: 'day' }))).toEqual(['day'])
    expect(partitionColumns(config({ partition_by: 'year, month' }))).toEqual(['year', 'month'])
    expect(partitionColumns(config({ partition_by: '(year, month)' }))).toEqual(['year', 'month'])
    expect(partitionColumns(config({ partition_by: ['year', 'month'] }))).toEqual(['year', 'month'])
  })

  it('takes the option of dbt-duckdb before the key of its own', () => {
    expect(partitionColumns(config({ partition_by: 'day', options: config({ partition_by: 'month' }) }))).toEqual([
      'month',
    ])
  })

  it('finds none where none is configured', () => {
    expect(partitionColumns(config({}))).toEqual([])
  })
})

describe('optionsWithPartitions', () => {
  it('adds the key to the options that are there, without changing them', () => {
    const options = config({ compression: 'zstd' })
    expect(optionsWithPartitions(config({ partition_by: ['a', 'b'], options }))).toEqual(
      config({ compression: 'zstd', partition_by: 'a, b' }),
    )
    expect(options.size).toBe(1)
  })

  it('has nothing to add where the options name partitions themselves', () => {
    expect(optionsWithPartitions(config({ partition_by: 'a', options: config({ partition_by: 'b' }) }))).toBeUndefined()
  })
})
