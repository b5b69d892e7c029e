/** The message of a broken contract: a table of the columns that differ. */
import { iterate } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { compareText } from '../template/text.ts'
import type { Value } from '../template/value.ts'
import { AgateTable, printedTable } from './agate-table.ts'
import { fieldOf } from './python-object.ts'

interface ContractColumn {
  readonly name: string
  readonly dataType: string
}

/**
 * @param yaml the columns of the contract: dicts or objects with `name` and `data_type`
 * @param sql the columns that the query gives
 */
export function contractMessage(yaml: Value, sql: Value): string {
  const contract = columnsOf(yaml)
  if (contract.length === 0) return "This model has an enforced contract, and its 'columns' specification is missing"
  const rows = mismatches(contract, columnsOf(sql))
  const names = ['column_name', 'definition_type', 'contract_type', 'mismatch_reason']
  const table = printedTable(AgateTable.fromValues(names, rows), { maxRows: null, maxColumnWidth: 50 })
  return `This model has an enforced contract that failed.\nPlease ensure the name, data_type, and number of columns in your contract match the columns in your model's definition.\n\n${table}`
}

function columnsOf(columns: Value): ContractColumn[] {
  return Array.from(iterate(columns ?? []), column => ({
    name: str(fieldOf(column, 'name') ?? ''),
    dataType: str(fieldOf(column, 'data_type') ?? ''),
  }))
}

function mismatches(contract: readonly ContractColumn[], definition: readonly ContractColumn[]): string[][] {
  const rows: string[][] = []
  for (const { name, dataType } of definition) {
    const promised = contract.find(column => column.name === name)
    if (!promised) rows.push([name, dataType, '', 'missing in contract'])
    else if (promised.dataType !== dataType) rows.push([name, dataType, promised.dataType, 'data type mismatch'])
  }
  for (const { name, dataType } of contract) {
    if (!definition.some(column => column.name === name)) rows.push([name, '', dataType, 'missing in definition'])
  }
  return rows.toSorted((a, b) => compareText(a[0] ?? '', b[0] ?? ''))
}
