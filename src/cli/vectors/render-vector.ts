/** Suite `render`: one template among macros and variables, with dbt's base names around them. */

import { systemClock } from '../../base/clock.ts'
import { dbtVersion } from '../../base/dbt-version.ts'
import { DiagnosticError, Diagnostics } from '../../base/diagnostic.ts'
import { baseNames } from '../../context/base-names.ts'
import { BoundMacros } from '../../context/bound-macros.ts'
import { noEffects } from '../../context/effects.ts'
import { FlagsValue } from '../../context/flags-value.ts'
import { macroNamespace } from '../../context/macro-namespace.ts'
import type { MacroRecord } from '../../context/macro-record.ts'
import type { RunFacts } from '../../context/run-facts.ts'
import { readMacros } from '../../project/macro-file.ts'
import type { EvaluationOptions } from '../../template/evaluation.ts'
import { repr } from '../../template/repr.ts'
import type { Scope } from '../../template/scope.ts'
import { compileMacro, instantiateTemplate, renderNative, renderText } from '../../template/template.ts'
import { PyDict, type Value } from '../../template/value.ts'
import { type MacroText, typedValue, type Vector } from './vector.ts'

const rootPackage = 'main'

const facts: RunFacts = {
  dbtVersion,
  invocationId: '00000000-0000-4000-8000-000000000000',
  runStartedAt: 0,
  environment: {},
  clock: systemClock,
  effects: noEffects,
  threadId: () => 'MainThread',
  render: (text, scope) => renderText(text, scope),
  flags: new FlagsValue({}),
  invocationArguments: new PyDict(),
  metadataEnvironment: new PyDict(),
}

export async function renderVector(vector: Vector): Promise<unknown> {
  const options: EvaluationOptions = { undefined: vector.mode === 'parse' ? 'permissive' : 'strict' }
  const scope = vectorScope(vector, options)
  const template = String(vector.template)
  if (vector.mode === 'native') return repr(await renderNative(template, scope, options))
  return renderText(template, scope, options)
}

function vectorScope(vector: Vector, options: EvaluationOptions): Scope {
  const texts = (vector.macros ?? []) as readonly (string | MacroText)[]
  const macros = texts.flatMap(one =>
    typeof one === 'string' ? macroRecords(one, rootPackage, options) : macroRecords(one.source, one.package, options),
  )
  const names = new Map<string, Value>()
  const scope = baseNames(facts, { vars: { get: () => undefined, all: () => new PyDict() }, extra: names })
  const namespace = macroNamespace({ macros, rootPackage })
  const bound = new BoundMacros(namespace, scope, { packageName: rootPackage })
  for (const name of namespace.names(rootPackage)) {
    const macro = bound.lookup(name)
    if (macro !== undefined) names.set(name, macro)
  }
  for (const [name, value] of Object.entries((vector.context ?? {}) as Record<string, unknown>)) {
    names.set(name, typedValue(value))
  }
  return scope
}

function macroRecords(text: string, packageName: string, options: EvaluationOptions): MacroRecord[] {
  const diagnostics = new Diagnostics()
  const file = { path: 'macros/macros.sql', text }
  const macros = readMacros(
    { file, path: file.path, packageName, isGenericTests: false, createdAtMs: 0 },
    true,
    diagnostics,
  )
  const [fault] = diagnostics.errors
  if (fault !== undefined) throw new DiagnosticError(fault)
  return macros.map(macro => ({
    uniqueId: macro.uniqueId,
    packageName,
    name: macro.name,
    bind: scope =>
      compileMacro(macro.name, instantiateTemplate(macro.code(), macro.macroSql, { file, base: macro.offset })).bind(
        scope,
        options,
      ),
  }))
}
