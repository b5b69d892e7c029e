/** Values of environment variables that must not be seen: those whose name begins with `DBT_ENV_SECRET`. */

const secretPrefix = 'DBT_ENV_SECRET'

function isSecretName(name: string): boolean {
  return name.startsWith(secretPrefix)
}

/** Longest first, so that a secret inside another one does not leave a rest. Blank values are no secrets. */
export function secretValues(environment: Readonly<Record<string, string>>): string[] {
  const values = Object.entries(environment)
    .filter(([name, value]) => isSecretName(name) && value.trim() !== '')
    .map(([, value]) => value)
  return [...new Set(values)].sort((a, b) => b.length - a.length)
}

/** Every occurrence of a secret as `*****`. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, '*****'), text)
}
