/** Runs the Delta judge over the folder that is given as the first argument, or over those tables whose id holds the second. */
import { openTestReader } from '../rig/parquet-reader.ts'
import { judgeTable, readExpectations } from './delta.ts'

const folder = process.argv[2] ?? process.env.EIDER_DELTA_TABLES ?? '../shared/delta'
const filter = process.argv[3] ?? ''
const reader = await openTestReader({ timezone: process.env.EIDER_DELTA_ZONE ?? 'UTC' })
const { found, missing } = readExpectations(folder)
let passed = 0
for (const expectation of found.filter(one => one.id.includes(filter))) {
  const faults = await judgeTable(folder, expectation, reader)
  if (faults.length === 0) passed += 1
  else console.log(`FAIL ${expectation.id}\n${faults.map(fault => `     ${fault.slice(0, 700)}`).join('\n')}`)
}
for (const id of missing) console.log(`NOT FOUND ${id}`)
console.log(`${passed} of ${found.filter(one => one.id.includes(filter)).length} tables pass`)
reader.close()
