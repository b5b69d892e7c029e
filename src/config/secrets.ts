/** Values of environment variables that must not be seen: those whose name begins with `DBT_ENV_SECRET`. */

import { str } from '../template/repr.ts'
import { PyDict } from '../template/value.ts'

const secretPrefix = 'DBT_ENV_SECRET'

/** `--vars` as they may be written down. */
export function shownVars(vars: PyDict): PyDict {
  return PyDict.of(Array.from(vars, ([name, value]) => [name, isSecretName(str(name)) ? '*****' : value] as const))
}

function isSecretName(name: string): boolean {
  return name.startsWith(secretPrefix)
}

/** Variables of `--vars` count like those of the environment. Longest first, so that a secret inside another one does not leave a rest. Blank values are no secrets. */
export function secretValues(environment: Readonly<Record<string, string>>, vars: PyDict): string[] {
  const values = [
    ...Object.entries(environment),
    ...Array.from(vars, ([name, value]) => [str(name), str(value)] as const),
  ]
    .filter(([name, value]) => isSecretName(name) && value.trim() !== '')
    .map(([, value]) => value)
  return [...new Set(values)].sort((a, b) => b.length - a.length)
}

/** Every occurrence of a secret as `*****`. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '*****'), text)
}
