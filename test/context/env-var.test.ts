import { expect, test } from 'vitest'
import { baseNames } from '../../src/context/base-names.ts'
import { maskPlaceholders, revealSecrets } from '../../src/context/env-var.ts'
import { metadataEnvironment } from '../../src/context/run-facts.ts'
import { compileTemplate } from '../../src/template/template.ts'
import { PyDict } from '../../src/template/value.ts'
import { runFacts, silence } from './rendering.ts'

const environment = { DBT_ENV_SECRET_TOKEN: 's3cr3t', DBT_ENV_CUSTOM_ENV_team: 'data', EV_A: 'alpha' }

async function profileValue(template: string): Promise<string> {
  const vars = { get: () => undefined, all: () => new PyDict() }
  const scope = baseNames(runFacts(silence(), environment), { vars, secrets: 'placeholder' })
  return revealSecrets(await compileTemplate(template).render(scope), environment)
}

test.each([
  ["pre-{{ env_var('DBT_ENV_SECRET_TOKEN') }}-post", 'pre-s3cr3t-post'],
  ["{{ env_var('DBT_ENV_SECRET_TOKEN') | upper }}", 's3cr3t'],
  ["{{ env_var('DBT_ENV_SECRET_TOKEN')[:3] }}", '$$$'],
  ["{{ env_var('DBT_ENV_SECRET_NOPE', 'd') }}", 'd'],
  ["{{ env_var('EV_A') }}", 'alpha'],
])('a profile shows %s as %s', async (template, expected) => {
  expect(await profileValue(template)).toBe(expected)
})

test('placeholders are masked in log lines', async () => {
  const heard = silence()
  const vars = { get: () => undefined, all: () => new PyDict() }
  const scope = baseNames(runFacts(heard, environment), { vars, secrets: 'placeholder' })
  await compileTemplate("{{ log('x ' ~ env_var('DBT_ENV_SECRET_TOKEN')) }}").render(scope)
  expect(heard.logged).toEqual(['debug x *****'])
  expect(maskPlaceholders('plain')).toBe('plain')
})

test('custom variables lose their prefix', () => {
  expect(metadataEnvironment(environment)).toEqual({ team: 'data' })
})

test('a name that begins with DBT_ENV_SECRET is a secret, with or without a further underscore', async () => {
  const vars = { get: () => undefined, all: () => new PyDict() }
  const scope = baseNames(runFacts(silence(), { DBT_ENV_SECRET: 'x' }), { vars, secrets: 'refused' })
  await expect(async () => compileTemplate("{{ env_var('DBT_ENV_SECRET') }}").render(scope)).rejects.toThrow(
    'Secret env vars are allowed only in profiles.yml or packages.yml',
  )
})
