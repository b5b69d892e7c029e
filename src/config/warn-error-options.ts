/** `warn_error_options`, from the command line, the environment or the project file. */
import { codes } from '../base/codes.ts'
import type { PyDict, Value } from '../template/value.ts'
import { eventNames } from './event-names.ts'
import type { WarnErrorOptions } from './flags.ts'

const deprecationsGroup = 'Deprecations'

const oldNames = { error: 'include', warn: 'exclude' } as const

/** The keys of dbt's earlier versions that stand in the options. */
export function oldKeysOf(dict: PyDict): readonly ('include' | 'exclude')[] {
  return Object.values(oldNames).filter(key => dict.has(key))
}

/** Gives a sentence where the options contradict themselves or name what does not exist. */
export function readWarnErrorOptions(dict: PyDict): WarnErrorOptions | { readonly problem: string } {
  for (const [key, old] of Object.entries(oldNames)) {
    if (!dict.has(key) || !dict.has(old)) continue
    return { problem: `Only \`${old}\` or \`${key}\` can be specified in \`warn_error_options\`, not both` }
  }
  const error = dict.get('error') ?? dict.get(oldNames.error) ?? null
  const all = error === 'all' || error === '*'
  if (typeof error === 'string' && !all) return { problem: "error must be one of ('all', '*') or a list of strings" }
  const options: WarnErrorOptions = {
    error: all ? error : namesOf(error),
    warn: namesOf(listed(dict.get('warn') ?? dict.get(oldNames.warn) ?? null)),
    silence: namesOf(dict.get('silence') ?? null),
  }
  return problemOf(options, all) ?? options
}

/** A single name is a list of one. */
function listed(value: Value): Value {
  return typeof value === 'string' ? [value] : value
}

function namesOf(value: Value): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function problemOf({ error, warn, silence }: WarnErrorOptions, all: boolean): { problem: string } | undefined {
  if (warn.length > 0 && !all && !error.includes(deprecationsGroup) && !silence.includes(deprecationsGroup)) {
    return {
      problem: `\`warn\` can only be specified if \`error\` is one of ('all', '*') or ${deprecationsGroup} is in \`error\` or silence.`,
    }
  }
  const listed = [...(typeof error === 'string' ? [] : error), ...warn, ...silence]
  const unknown = listed.find(name => name !== deprecationsGroup && !eventNames.has(name) && !isCode(name))
  return unknown === undefined ? undefined : { problem: `${unknown} is not a valid dbt error name.` }
}

function isCode(name: string): boolean {
  return Object.hasOwn(codes, name)
}
