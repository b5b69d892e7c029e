/** `init`: a new small project that runs as it stands, with a seed, two models and tests. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { findProjectFile } from '../config/find-project.ts'
import { profilesFolder, readProfiles } from '../config/load-profile.ts'
import { resolveFlags } from '../config/resolve-flags.ts'
import { yamlValue } from '../config/yaml-value.ts'
import { PyDict } from '../template/value.ts'
import { note } from './note.ts'
import type { Command, Session } from './session.ts'

export const init: Command = async session => {
  const { launch } = session
  const flags = resolveFlags({
    which: launch.which,
    invocationCommand: launch.invocationCommand,
    given: launch.given,
    environment: launch.environment,
    project: new PyDict(),
    paths: { target: null, log: null },
    nowMs: launch.clock.now(),
  })
  const { files, environment } = launch
  session.begin({
    flags: { ...flags, logLevelFile: 'none' },
    environment,
    invocationId: launch.ids(),
    projectFolder: files.root,
  })
  if (flags.profile !== null) checkProfile(session, flags.profile, flags.profilesDir)
  const name = projectName(flags.projectName)
  if (findProjectFile(files, name) !== undefined) {
    throw new DiagnosticError({
      code: 'commands/project-exists',
      kind: 'Runtime',
      message: `A project called "${name}" already exists here`,
      hint: 'choose another name: eider init NAME',
    })
  }
  for (const [path, text] of Object.entries(newProject(name, flags.profile))) files.write(`${name}/${path}`, text)
  tell(session, `Your new project "${name}" was created in the folder ${name}`)
  tell(session, `Next: cd ${name} && eider build`)
  return 'success'
}

/** `--profile` names one that is there already. @throws DiagnosticError where it is of no use */
function checkProfile(session: Session, name: string, given: string | null): void {
  const { files, home } = session.launch
  if (findProjectFile(files, files.root) !== undefined) {
    throw new DiagnosticError({
      code: 'commands/project-exists',
      kind: 'Runtime',
      message: 'Can not init existing project with specified profile, edit dbt_project.yml instead',
    })
  }
  const folder = profilesFolder(given, files, home, files.root)
  const root = readProfiles(files, folder)?.root
  const profiles = root ? yamlValue(root) : null
  if (profiles instanceof PyDict && profiles.has(name)) return
  throw new DiagnosticError({
    code: 'config/profile-not-found',
    kind: 'Runtime',
    message: `Could not find profile named '${name}'`,
    hint: `the profiles are those of ${folder}/profiles.yml`,
  })
}

function projectName(given: string | null): string {
  const name = given ?? 'my_project'
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw new DiagnosticError({
    code: 'config/bad-project-file',
    kind: 'Runtime',
    message: `"${name}" cannot be the name of a project: letters, digits and underscores are allowed`,
  })
}

function tell(session: Session, message: string): void {
  note(session, 'ProjectCreated', 'A026', message)
}

function newProject(name: string, profile: string | null): Record<string, string> {
  return {
    'project.yml': `name: ${name}
version: '1.0'
profile: ${profile ?? name}

models:
  ${name}:
    staging:
      +materialized: view
    marts:
      +materialized: table
`,
    ...(profile === null ? { 'profiles.yml': newProfile(name) } : {}),
    'seeds/raw_orders.csv': `order_id,customer,ordered_on,amount
1,ann,2024-01-02,12.50
2,bob,2024-01-02,7.00
3,ann,2024-01-03,20.00
`,
    'models/staging/stg_orders.sql': `select
    order_id,
    customer,
    ordered_on,
    amount
from {{ ref('raw_orders') }}
`,
    'models/marts/customers.sql': `select
    customer,
    count(*) as orders,
    sum(amount) as amount,
    max(ordered_on) as last_ordered_on
from {{ ref('stg_orders') }}
group by customer
`,
    'models/schema.yml': `models:
  - name: stg_orders
    description: One row per order
    columns:
      - name: order_id
        data_tests: [unique, not_null]
  - name: customers
    description: One row per customer
    columns:
      - name: customer
        data_tests: [unique, not_null]
`,
    '.gitignore': `target/
logs/
*.duckdb
*.duckdb.wal
`,
  }
}

function newProfile(name: string): string {
  return `${name}:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: ${name}.duckdb
      schema: main
      threads: 4
`
}
