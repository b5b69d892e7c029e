/** The one error that reading YAML gives. */
import { DiagnosticError } from './diagnostic.ts'
import { lineColumn, placeAt, type SourceFile } from './source-file.ts'

export function yamlSyntaxError(file: SourceFile, offset: number, problem: string): DiagnosticError {
  const start = Math.min(offset, file.text.length)
  return new DiagnosticError({
    code: 'base/yaml-syntax',
    kind: 'Runtime',
    message: `Syntax error near line ${lineColumn(file, start).line} of "${file.path}": ${problem}`,
    at: placeAt(file, start),
  })
}
