import { expect, test } from 'vitest'
import { randomly } from '../rig/randomly.ts'
import { RunRig } from '../rig/run-rig.ts'

/** So many projects; each is run twice. */
const projects = Number(process.env.EIDER_RANDOM_PROJECTS ?? 8)

const hundred = Array.from({ length: 100 }, (_, index) => index)

/** Models that read each other by reference, by name, by views and by macros, some of which write or fail. */
class RandomProject {
  readonly files: Record<string, string> = {}
  readonly before: string[] = ['create table seen as select 1 as n']
  private readonly one: ReturnType<typeof randomly>
  private readonly names: readonly string[]

  constructor(seed: number) {
    this.one = randomly(seed)
    const names = hundred.slice(0, this.one([5, 8, 11, 14])).map(index => `m${index}`)
    const left = [...names]
    this.names = names.map(() => left.splice(left.indexOf(this.one(left)), 1)[0] ?? '')
    this.names.forEach((name, index) => {
      this.addModel(name, this.names.slice(0, index))
    })
    for (const name of names) this.before.push(`create view by_view_${name} as select n from ${name}`)
    for (const name of names) this.before.push(`create macro by_macro_${name}() as table select n from by_view_${name}`)
  }

  private maybe(percent: number): boolean {
    return this.one(hundred) < percent
  }

  private addModel(name: string, parents: readonly string[]): void {
    const kind = this.one(['view', 'table', 'table', 'table', 'view', 'ephemeral', 'incremental'])
    const reads = parents.filter(() => this.maybe(25)).map(parent => `{{ ref('${parent}') }}`)
    const hidden = kind === 'view' ? [] : this.names.filter(other => other !== name && this.maybe(15))
    for (const other of hidden) reads.push(this.one([other, other, `by_view_${other}`, `by_macro_${other}()`]))
    if (this.maybe(12)) reads.push('seen')
    if (kind !== 'view' && this.maybe(50)) {
      reads.push(`(select count(*) as n from range(${this.one([100_000, 3_000_000])}) t(i) where i % 7 = 3)`)
    }
    if (this.maybe(5)) reads.push("(select error('no') as n)")
    const rows = ['(select 0 as n)', ...reads].map(read => `select n from ${read}`).join(' union all ')
    this.files[`models/${name}.sql`] = [
      `{{ config(materialized='${kind}') }}`,
      this.maybe(12) ? "{% do run_query('insert into seen values (2)') if execute %}" : '',
      this.maybe(15) ? `{% do run_query('select max(n) from ${this.one(this.names)}') if execute %}` : '',
      `select sum(n) % 1000003 + ${this.one(hundred)} as n from (${rows})`,
    ].join('\n')
    if (this.maybe(50)) {
      const write = this.maybe(10) ? "{% do run_query('insert into seen values (3)') if execute %}" : ''
      const other = this.one(this.names)
      this.files[`tests/of_${name}.sql`] =
        `${write}select n from {{ ref('${name}') }} where n < (select ${this.one([0, 0, 500_000])} + 0 * max(n) from ${other})`
    }
    this.before.push(`create ${kind === 'view' ? 'view' : 'table'} ${name} as select ${this.before.length} as n`)
  }
}

async function left({ files, before }: RandomProject, flags: Record<string, number>): Promise<unknown> {
  const profiles = 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n'
  const rig = new RunRig({ 'profiles.yml': profiles, ...files })
  try {
    for (const sql of before) await rig.rows(sql)
    const { results } = await rig.run({ command: 'build', flags })
    const statuses = results.map(({ uniqueId, status, message }) => [uniqueId, status, message])
    const names = await rig.rows(
      'select table_name from duckdb_tables() union select view_name from duckdb_views() where not internal order by 1',
    )
    const rows: unknown[] = []
    for (const [name] of names)
      rows.push([name, await rig.rows(`select n from "${name}" order by n`).catch(() => 'fails')])
    return { statuses, rows }
  } finally {
    await rig.close()
  }
}

test('what a project with one thread leaves is the same whether its steps run beside each other or not', async () => {
  for (let seed = 1; seed <= projects; seed++) {
    const project = new RandomProject(seed)
    expect({ seed, left: await left(project, {}) }).toEqual({ seed, left: await left(project, { threads: 1 }) })
  }
})
