/** Runs the Delta judge over the folder that is given as the first argument, or over those tables whose id holds the second. */
import { openTestReader } from '../rig/parquet-reader.ts'
import { disputes, judgeTable, readExpectations } from './delta.ts'

const folder = process.argv[2] ?? process.env.EIDER_DELTA_TABLES ?? '../shared/delta'
const filter = process.argv[3] ?? ''
const reader = await openTestReader({ timezone: process.env.EIDER_DELTA_ZONE ?? 'UTC' })
const { found, missing } = readExpectations(folder)
let passed = 0
const judged = found.filter(one => one.id.includes(filter))
for (const expectation of judged) {
  const faults = await judgeTable(folder, expectation, reader)
  if (faults.length === 0) passed += 1
  else console.log(`FAIL ${expectation.id}\n${faults.map(fault => `     ${fault.slice(0, 700)}`).join('\n')}`)
}
for (const expectation of found) {
  const dispute = disputes(expectation)
  if (dispute.length > 0) {
    console.log(
      `DISPUTED ${expectation.id}: its expected change feed contradicts its own row counts (${dispute.join('; ')})`,
    )
  }
}
for (const id of missing) console.log(`NOT FOUND ${id}`)
const disputed = judged.filter(one => disputes(one).length > 0).length
console.log(
  `${passed} of ${judged.length} tables pass; the change feeds of ${disputed} of them are disputed and were not compared`,
)
process.exitCode = missing.length === 0 && passed === judged.length ? 0 : 1
reader.close()
