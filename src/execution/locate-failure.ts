/** From a place in compiled SQL, which DuckDB names, to the place in the template it came from. */
import type { Diagnostic } from '../base/diagnostic.ts'
import { placeAt } from '../base/source-file.ts'
import type { CompiledStep } from '../compile/compiled-step.ts'

/**
 * Adds `at` to a diagnostic that only knows `expanded`. The text that was sent holds the compiled SQL somewhere inside;
 * what lies outside of it, or was put there by a macro, has no place in the template.
 */
export function locateFailure(diagnostic: Diagnostic, step: CompiledStep | undefined): Diagnostic {
  const { expanded } = diagnostic
  if (!step || !expanded || diagnostic.at) return diagnostic
  const begin = expanded.file.text.indexOf(step.compiledCode)
  if (begin === -1) return diagnostic
  const offset = expanded.start - begin
  const entry = step.lineMap.find(one => one.compiledStart <= offset && offset < one.compiledEnd)
  if (!entry) return diagnostic
  const start = entry.sourceStart + (offset - entry.compiledStart)
  return { ...diagnostic, at: placeAt(step.source, Math.min(start, step.source.text.length)) }
}
