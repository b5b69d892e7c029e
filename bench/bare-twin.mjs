/**
 * What DuckDB alone needs: sends the statements of a JSON file, one after the other on one connection, to a database file.
 * `node bench/bare-twin.mjs <database file> <statements.json>`
 */
import { readFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'

const [databasePath, statementsPath] = process.argv.slice(2)
const statements = JSON.parse(readFileSync(statementsPath, 'utf8'))
const instance = await DuckDBInstance.create(databasePath)
const connection = await instance.connect()
for (const sql of statements) await connection.run(sql)
connection.closeSync()
instance.closeSync()
