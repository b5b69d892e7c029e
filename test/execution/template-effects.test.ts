import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const files = {
  'macros/say.sql': "{% macro say() %}{{ log('logged', info=true) }}{% do exceptions.warn('warned') %}{% endmacro %}",
  'models/a.sql': '{{ say() }}select 1 as x',
}

const linesOf = (text: string): string[] =>
  text.split('\n').flatMap(line => /^\S+ {2}(logged|warned|Found|1 of 1 START)/.exec(line)?.[1] ?? [])

test('what templates tell is told when the project is read, and again when the node runs', async () => {
  const p = project(files)
  expect(await p.run('run')).toBe(0)
  expect(linesOf(p.stdout)).toEqual(['logged', 'warned', 'Found', '1 of 1 START', 'logged', 'warned'])
})

test('a warning of a template stops the reading where warnings are errors', async () => {
  const p = project(files)
  expect(await p.run('run --warn-error')).toBe(2)
  expect(p.stdout).toContain('Compilation Error in model a')
})

test.each([
  [['--warn-error-options', '{error: all, warn: [JinjaLogWarning]}'], ['warned']],
  [['--warn-error-options', '{silence: [JinjaLogWarning]}'], []],
])('warnings of templates may be listed by the name of their event: %j', async (options, lines) => {
  const p = project(files)
  expect(await p.run(['ls', ...options])).toBe(0)
  expect(linesOf(p.stdout)).toEqual(['logged', ...lines, 'Found'])
})
