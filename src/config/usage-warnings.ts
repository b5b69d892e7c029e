/** What a call is told of: options, variables and keys under names that dbt has given up. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { PyDict } from '../template/value.ts'
import type { Environment } from './config.ts'
import { enginePrefix, oldVariables } from './engine-variables.ts'
import { oldKeysOf } from './warn-error-options.ts'

export interface Usage {
  /** As they stand on the command line. */
  readonly words: readonly string[]
  /** As the process got it. */
  readonly environment: Environment
  /** Flags stand in profiles.yml, where dbt had them before. */
  readonly flagsInProfiles: boolean
  /** In every place that has them. */
  readonly warnErrorOptions: readonly PyDict[]
}

export function tellUsage(usage: Usage, diagnostics: Diagnostics): void {
  const { renamed, reserved } = oldVariables(usage.environment)
  for (const { oldName, newName } of renamed) {
    diagnostics.add({
      code: 'config/renamed-variable',
      severity: 'warning',
      message: `The environment variable \`${oldName}\` has been renamed as \`${newName}\`. If \`${oldName}\` is currently set, its value will be used instead of \`${newName}\`. Set \`${newName}\` and unset \`${oldName}\` to avoid this deprecation warning and ensure it works properly in a future release.`,
      facts: { old_name: oldName, new_name: newName },
    })
  }
  for (const options of usage.warnErrorOptions) tellOldKeys(oldKeysOf(options), diagnostics)
  if (usage.flagsInProfiles) {
    diagnostics.add({
      code: 'config/flags-in-profiles',
      severity: 'warning',
      message:
        "User config should be moved from the 'config' key in profiles.yml to the 'flags' key in dbt_project.yml.",
      facts: {},
    })
  }
  for (const _ of usage.words.filter(word => ['--models', '--model', '-m'].includes(word))) {
    diagnostics.add({
      code: 'config/models-option',
      severity: 'warning',
      message: 'Usage of `--models`, `--model`, and `-m` is deprecated in favor of `--select` or `-s`.',
      facts: {},
    })
  }
  for (const name of reserved) {
    diagnostics.add({
      code: 'config/reserved-variable',
      severity: 'warning',
      message: `Found custom environment variable \`${name}\` in the environment. The prefix \`${enginePrefix}\` is reserved for dbt engine environment variables. Custom environment variables with the prefix \`${enginePrefix}\` may cause collisions and runtime errors.`,
      facts: { env_var: name, reserved_prefix: enginePrefix },
    })
  }
}

/** `include` and `exclude` of warn_error_options are `error` and `warn`. */
function tellOldKeys(oldKeys: ReturnType<typeof oldKeysOf>, diagnostics: Diagnostics): void {
  if (oldKeys.length === 0) return
  const [include, exclude] = [oldKeys.includes('include'), oldKeys.includes('exclude')]
  const found = oldKeys.map(key => `\`${key}\``).join(' and ')
  const advice = [
    ...(include ? [' Please use `error` instead of `include`.'] : []),
    ...(exclude ? [' Please use `warn` instead of `exclude`.'] : []),
  ]
  diagnostics.add({
    code: 'config/include-exclude',
    severity: 'warning',
    message: `Found ${found} in \`warn_error_options\` specification.${advice.join('')}`,
    facts: { found_include: include, found_exclude: exclude },
  })
}
