/** From a place in compiled SQL, which DuckDB names, to the place in the template it came from. */
import type { Diagnostic } from '../base/diagnostic.ts'
import { type Place, placeAt } from '../base/source-file.ts'
import type { CompiledStep, LineMapEntry } from '../compile/compiled-step.ts'

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
  return { ...diagnostic, at: placeInTemplate(step, entry, offset) }
}

/** Text stands in the template as it is; of what an expression has given, the place is the whole expression. */
function placeInTemplate({ source, compiledCode }: CompiledStep, entry: LineMapEntry, offset: number): Place {
  const { sourceStart, compiledStart } = entry
  const before = compiledCode.slice(compiledStart, offset + 1)
  if (source.text.startsWith(before, sourceStart)) return placeAt(source, sourceStart + (offset - compiledStart))
  const close = /[-+]?[}%]\}/.exec(source.text.slice(sourceStart))
  if (!close) return placeAt(source, Math.min(sourceStart, source.text.length))
  const end = sourceStart + source.text.slice(sourceStart, sourceStart + close.index).trimEnd().length
  return placeAt(source, sourceStart, end)
}
