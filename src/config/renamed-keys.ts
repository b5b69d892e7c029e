/** Keys of project files that have another name by now, or that flags stand for. */
import type { FieldReader } from './field-reader.ts'

const renamedPaths = [
  ['source-paths', 'model-paths', 'config/old-source-paths'],
  ['data-paths', 'seed-paths', 'config/old-data-paths'],
] as const

const movedPaths = [
  ['log-path', 'logs', 'logs', 'config/old-log-path'],
  ['target-path', 'target', 'artifacts', 'config/old-target-path'],
] as const

/** The old names still count: warnings, and errors where both names stand. */
export function checkRenamed(fields: FieldReader): void {
  for (const [old, current, code] of renamedPaths) {
    if (!fields.has(old)) continue
    if (fields.has(current)) {
      fields.report(
        `${old} and ${current} cannot both be defined. The \`${old}\` config has been deprecated in favor of \`${current}\`. Please update your \`dbt_project.yml\` configuration to reflect this change.`,
        [old],
      )
      continue
    }
    fields.warn(
      code,
      `The \`${old}\` config has been renamed to \`${current}\`. Please update your \`dbt_project.yml\` configuration to reflect this change.`,
      { key: old, facts: { deprecated_path: old, exp_path: current } },
    )
  }
  for (const [key, usual, output, code] of movedPaths) {
    const value = fields.values.get(key)
    if (value === undefined || value === usual) continue
    fields.warn(
      code,
      `The \`${key}\` config in \`dbt_project.yml\` has been deprecated, and will no longer be supported in a future version of dbt-core. If you wish to write dbt ${output} to a custom directory, please use the --${key} CLI flag or DBT_${key.toUpperCase().replace('-', '_')} env var instead.`,
      { key, facts: { deprecated_path: key } },
    )
  }
  if (fields.has('tests') && fields.has('data_tests')) {
    fields.report("Invalid project config: cannot have both 'tests' and 'data_tests' defined", ['tests'])
  }
}
