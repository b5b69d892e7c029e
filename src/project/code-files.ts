/** Files with a node's code or data -> drafts. What their templates call is read by the caller. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { sha256 } from '../base/fingerprint.ts'
import type { SourceFile } from '../base/source-file.ts'
import { extractBlocks } from '../template/blocks.ts'
import { CapturedCalls } from './captured-calls.ts'
import type { Draft } from './draft.ts'
import { type FoundFile, fqnPrefix, joinPath, stem } from './found-file.ts'
import type { Checksum, NodeResourceType } from './node.ts'
import type { ProjectPackage } from './project-package.ts'
import { spaceBefore, stripText } from './strip-text.ts'
import { warnOfTags } from './unexpected-tags.ts'

/** Above this size a seed is told apart by its path alone. */
const maximumSeedBytes = 1024 * 1024

interface DraftFields {
  readonly resourceType: NodeResourceType
  readonly owner: ProjectPackage
  readonly name: string
  readonly originalFilePath: string
  readonly path: string
  readonly fqn: readonly string[]
  readonly file: SourceFile
  readonly rawCode: string
  readonly codeOffset: number
  readonly checksum: Checksum
  readonly createdAtMs: number
  readonly language?: 'sql' | 'python'
  readonly hook?: Draft['hook']
  readonly firstTags?: readonly string[]
}

function makeDraft(fields: DraftFields): Draft {
  const { resourceType, owner, name } = fields
  return {
    language: 'sql',
    firstTags: [],
    ...fields,
    calls: new CapturedCalls(),
    uniqueId: `${resourceType}.${owner.name}.${name}`,
    patch: undefined,
    enabled: true,
  }
}

function textChecksum(stripped: string): Checksum {
  return { name: 'sha256', checksum: sha256(stripped) }
}

/** What a file's text is as the code of the one node that it holds. */
export function codeOf(file: SourceFile): Pick<Draft, 'rawCode' | 'codeOffset' | 'checksum'> {
  const rawCode = stripText(file.text)
  return { rawCode, codeOffset: spaceBefore(file.text), checksum: textChecksum(rawCode) }
}

/** A model, analysis, singular test or function: one file, one node. */
export function fileDraft(
  resourceType: 'model' | 'analysis' | 'test' | 'function',
  found: FoundFile,
  file: SourceFile,
  createdAtMs: number,
): Draft {
  const name = stem(found.path)
  const path = pathOf(resourceType, found, name)
  return makeDraft({
    resourceType,
    owner: found.owner,
    name,
    originalFilePath: found.originalFilePath,
    path,
    fqn: fqnPrefix(found.owner.name, path).concat(name),
    file,
    ...codeOf(file),
    createdAtMs,
    language: found.path.toLowerCase().endsWith('.py') ? 'python' : 'sql',
  })
}

function pathOf(resourceType: NodeResourceType, found: FoundFile, name: string): string {
  if (resourceType === 'analysis') return joinPath('analysis', found.path)
  if (resourceType !== 'test') return found.path
  return joinPath(found.path.split('/').slice(0, -1).join('/'), `${name}.sql`)
}

/** @param content read only when the seed is small */
export function seedDraft(found: FoundFile, sizeBytes: number, content: () => string, createdAtMs: number): Draft {
  const name = stem(found.path)
  const checksum: Checksum =
    sizeBytes > maximumSeedBytes
      ? { name: 'path', checksum: found.originalFilePath }
      : textChecksum(stripText(content()))
  return makeDraft({
    resourceType: 'seed',
    owner: found.owner,
    name,
    originalFilePath: found.originalFilePath,
    path: found.path,
    fqn: fqnPrefix(found.owner.name, found.path).concat(name),
    file: { path: found.originalFilePath, text: '' },
    rawCode: '',
    codeOffset: 0,
    checksum,
    createdAtMs,
  })
}

/** Every `{% snapshot %}` block of a file. @throws DiagnosticError when the file's blocks are not balanced */
export function snapshotDrafts(
  found: FoundFile,
  file: SourceFile,
  createdAtMs: number,
  diagnostics: Pick<Diagnostics, 'add'>,
): Draft[] {
  const checksum = textChecksum(stripText(file.text))
  const folder = found.path.replace(/\.[^./]*$/, '').split('/')
  const { blocks, unexpectedTags } = extractBlocks(file, ['snapshot'])
  warnOfTags(unexpectedTags, file, found.path, diagnostics)
  return blocks.map(block =>
    makeDraft({
      resourceType: 'snapshot',
      owner: found.owner,
      name: block.name ?? '',
      originalFilePath: found.originalFilePath,
      path: found.path,
      fqn: [found.owner.name, ...folder, block.name ?? ''],
      file,
      rawCode: block.contents,
      codeOffset: block.contentsStart,
      checksum,
      createdAtMs,
    }),
  )
}

/** A snapshot that a properties file defines: `relation: ref('orders')`. */
export function yamlSnapshotDraft(
  found: FoundFile,
  file: SourceFile,
  name: string,
  relation: string,
  createdAtMs: number,
): Draft {
  const rawCode = `select * from {{ ${relation} }}`
  return makeDraft({
    resourceType: 'snapshot',
    owner: found.owner,
    name,
    originalFilePath: found.originalFilePath,
    path: joinPath(found.path, `${name}.sql`),
    fqn: fqnPrefix(found.owner.name, found.path).concat(name),
    file: { path: found.originalFilePath, text: rawCode },
    rawCode,
    codeOffset: 0,
    checksum: textChecksum(stripText(file.text)),
    createdAtMs,
  })
}

/** The hooks of a project: `<package>-on-run-start-0` and so on. */
export function hookDrafts(owner: ProjectPackage, createdAtMs: number): Draft[] {
  const { projectFile } = owner
  const fileName = projectFile.file.path.split('/').at(-1) ?? 'dbt_project.yml'
  const checksum = textChecksum(stripText(projectFile.file.text))
  const of = (when: 'on-run-start' | 'on-run-end', hooks: readonly string[]): Draft[] =>
    hooks.map((sql, index) => {
      const name = `${owner.name}-${when}-${index}`
      return makeDraft({
        resourceType: 'operation',
        owner,
        name,
        originalFilePath: `./${fileName}`,
        path: `hooks/${name}.sql`,
        fqn: [owner.name, 'hooks', name],
        file: { path: fileName, text: sql },
        rawCode: sql,
        codeOffset: 0,
        checksum,
        createdAtMs,
        hook: { when, index },
        firstTags: [when],
      })
    })
  return [...of('on-run-start', projectFile.onRunStart), ...of('on-run-end', projectFile.onRunEnd)]
}
