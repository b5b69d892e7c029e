/** `env_var()`: text from the environment, or the default as it is. Secrets are kept out of what can be printed. */

import { typeError } from '../template/template-error.ts'
import { type PyFunction, typeName, type Value } from '../template/value.ts'
import { contextError, contextFunction } from './python-object.ts'

const secretPrefix = 'DBT_ENV_SECRET'

export interface EnvVarOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Profiles and package files may name secrets: a placeholder stands for the value until the text is rendered. */
  readonly secrets: 'refused' | 'placeholder'
  /** Told of every variable that was read; the value is `undefined` where the default was taken. */
  readonly read?: ((name: string, value: string | undefined) => void) | undefined
}

export function envVarFunction(options: EnvVarOptions): PyFunction {
  return contextFunction('env_var', ['var', ['default', null]], ([name = null, fallback = null]) => {
    if (typeof name !== 'string') throw typeError(`str expected, not ${typeName(name)}`)
    return envVar(name, fallback, options)
  })
}

function envVar(name: string, fallback: Value, options: EnvVarOptions): Value {
  const value = options.environment[name]
  const secret = name.startsWith(secretPrefix)
  if (secret && options.secrets === 'refused') {
    throw contextError(
      'context/env-var-secret',
      `Secret env vars are allowed only in profiles.yml or packages.yml. Found '${name}' referenced elsewhere`,
      { kind: 'Parsing' },
    )
  }
  if (value === undefined && fallback === null) {
    throw contextError('context/env-var-missing', `Env var required but not provided: '${name}'`, {
      kind: 'Parsing',
      hint: `set it, or give a default: env_var('${name}', 'value')`,
    })
  }
  if (!secret) options.read?.(name, value)
  if (secret && value !== undefined) return secretPlaceholder(name)
  return value ?? fallback
}

function secretPlaceholder(name: string): string {
  return `$$$DBT_SECRET_START$$$${name}$$$DBT_SECRET_END$$$`
}

const placeholder = /\$\$\$DBT_SECRET_START\$\$\$(DBT_ENV_SECRET.*?)\$\$\$DBT_SECRET_END\$\$\$/g

/** Puts the secrets where their placeholders stand: the last step for a value of profiles.yml or packages.yml. */
export function revealSecrets(text: string, environment: EnvVarOptions['environment']): string {
  return text.replace(placeholder, (whole, name: string) => environment[name] ?? whole)
}

/** Stars where placeholders stand, for what is logged. */
export function maskPlaceholders(text: string): string {
  return text.replace(placeholder, '*****')
}
