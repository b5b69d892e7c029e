/** One macro, run by itself: `run-operation`. What it did not commit is undone, as in dbt. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { macroScope } from '../compile/macro-scope.ts'
import { NodeSession } from '../compile/node-session.ts'
import { macroJson } from '../project/member-json.ts'
import { toPythonWithoutNulls } from '../project/without-nulls.ts'
import type { Kwargs } from '../template/value.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf } from './run-context.ts'
import type { NodeResult, RunResult } from './run-result.ts'

/**
 * @param name `macro` or `package.macro`
 * @throws `execution/macro-not-found`; what the macro itself fails with is in the result
 */
export async function executeOperation(name: string, kwargs: Kwargs, run: Run): Promise<RunResult> {
  const { config, macroRegistry } = run.graph.project
  const { clock } = config
  const dot = name.indexOf('.')
  const packageName = dot === -1 ? null : name.slice(0, dot)
  const macroName = dot === -1 ? name : name.slice(dot + 1)
  const { namespace } = macroRegistry
  const macro = macroRegistry.resolve(packageName ?? config.projectFile.name, macroName)
  if (!macro || (packageName !== null && macro.packageName !== packageName)) throw macroNotFound(macroName, packageName)
  const state = runStateOf(run, { readsUpstreamFiles: true, signal: run.signal })
  const lanes = new Lanes(state)
  const startedAtMs = clock.now()
  const elapsed = clock.elapsedMs()
  let failure: DiagnosticError | undefined
  try {
    const session = new NodeSession(state, lanes.of('MainThread'), null)
    const node = run.graph.project.macros.get(macro.uniqueId)
    const model = node ? toPythonWithoutNulls(macroJson(node)) : null
    const names = macroScope(session, new Map([['model', model]]))
    const found = namespace.anywhere(macroName)
    const record = packageName === null ? found : (namespace.package(packageName)?.get(macroName) ?? found)
    if (!record) throw macroNotFound(macroName, packageName)
    await names.macros.macro(record).call([], kwargs)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    failure = error
  } finally {
    await lanes.close()
  }
  const end = clock.now()
  const result: NodeResult = {
    uniqueId: macro.uniqueId,
    status: failure ? 'error' : 'success',
    timing: [
      { name: 'compile', startedAtMs, completedAtMs: startedAtMs },
      { name: 'execute', startedAtMs, completedAtMs: end },
    ],
    threadId: 'MainThread',
    executionTimeMs: clock.elapsedMs() - elapsed,
    adapterResponse: {},
    message: null,
    failures: failure ? 1 : 0,
    diagnostics: failure ? [failure.diagnostic] : [],
    compiled: false,
    compiledCode: null,
    relationName: null,
    batchResults: null,
  }
  return { results: [result], elapsedMs: clock.elapsedMs() - elapsed, interrupted: run.signal.aborted }
}

/** What is tried is told in the first words, what was asked for in those of the error that ends the command. */
function macroNotFound(macroName: string, packageName: string | null): DiagnosticError {
  const where = packageName === null ? 'any package' : `the "${packageName}" package`
  return new DiagnosticError({
    code: 'execution/macro-not-found',
    message: `dbt could not find a macro with the name '${macroName}' in any package. This can happen when calling a macro that does not exist. Check for typos and/or install package dependencies with "dbt deps".`,
    notes: [{ message: `dbt could not find a macro with the name "${macroName}" in ${where}` }],
  })
}
