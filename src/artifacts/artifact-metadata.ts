/** What every artifact says about the run that wrote it. */
import { dbtVersion } from '../base/dbt-version.ts'
import type { Config } from '../config/config.ts'

export interface ArtifactMetadata {
  readonly dbt_schema_version: string
  readonly dbt_version: string
  readonly generated_at: string
  readonly invocation_id: string
  readonly invocation_started_at: string
  /** Environment variables `DBT_ENV_CUSTOM_ENV_X`, as `X`. */
  readonly env: Readonly<Record<string, string>>
}

const customPrefixes = ['DBT_ENV_CUSTOM_ENV_', 'DBT_ENGINE_ENV_CUSTOM_ENV_']

/** `schema` is the part of the address that names artifact and version: `manifest/v12`. */
export function artifactMetadata(config: Config, schema: string): ArtifactMetadata {
  return {
    dbt_schema_version: `https://schemas.getdbt.com/dbt/${schema}.json`,
    dbt_version: dbtVersion,
    generated_at: isoMicros(config.clock.now()),
    invocation_id: config.invocationId,
    invocation_started_at: isoMicros(config.startedAtMs),
    env: customEnvironment(config.environment),
  }
}

/** Environment variables `DBT_ENV_CUSTOM_ENV_X`, as `X`. */
export function customEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  const custom: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    const prefix = customPrefixes.find(one => name.startsWith(one))
    if (prefix !== undefined) custom[name.slice(prefix.length)] = value
  }
  return custom
}

/** `2024-02-01T09:05:07.123000Z`: six digits, as Python writes them. */
export function isoMicros(atMs: number): string {
  const whole = Math.floor(atMs)
  const micros = Math.floor((atMs - whole) * 1000)
  return `${new Date(whole).toISOString().slice(0, 23)}${String(micros).padStart(3, '0')}Z`
}
