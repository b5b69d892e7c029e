/** Tags at the top level of a file that hold no block of its kind: dbt reads over them and warns. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { placeAt, type SourceFile } from '../base/source-file.ts'
import type { FoundBlocks } from '../template/blocks.ts'

/** @param path as the warning names the file */
export function warnOfTags(
  tags: FoundBlocks['unexpectedTags'],
  file: SourceFile,
  path: string,
  diagnostics: Pick<Diagnostics, 'add'>,
): void {
  for (const { name, start } of tags) {
    const msg = `Found unexpected '${name}' block tag.`
    diagnostics.add({
      code: 'project/unexpected-block',
      severity: 'warning',
      message: `${msg} in file \`${path}\``,
      at: placeAt(file, start),
      facts: { msg, file: path },
    })
  }
}
