/** Where the files of a node stand in the target folder. */
import { basename, posix } from 'node:path'
import type { GraphMember, UnitTestNode } from '../project/node.ts'

/**
 * `<package>/<path of the file>`, and below it `<path of the node>` where several nodes share a file, as generic tests do.
 * `suffix` is the batch of a microbatch model, which has a folder of its own.
 */
function nodeFilePath(node: GraphMember, suffix?: string): string {
  const { packageName, originalFilePath } = node
  const path = node.resourceType === 'unit_test' ? unitTestPath(node) : node.path
  const inPackage = basename(path) === basename(originalFilePath) ? originalFilePath : `${originalFilePath}/${path}`
  const plain = `${packageName}/${inPackage}`
  if (suffix === undefined) return plain
  const { dir, name, ext } = posix.parse(plain)
  return posix.join(dir, name, `${name}_${suffix}${ext}`)
}

/** A unit test stands in a properties file and has no file of its own; that of a version has it in its name. */
function unitTestPath({ originalFilePath, name, version }: UnitTestNode): string {
  const ending = version === null ? '' : `_v${version}`
  return posix.join(posix.dirname(originalFilePath), `${name}${ending}.sql`)
}

/**
 * Relative to the project folder: `target/compiled/shop/models/orders.sql`. As in dbt it is not tidied: hooks stand in
 * `target/compiled/shop/./dbt_project.yml/hooks`.
 */
export function compiledPath(targetPath: string, node: GraphMember, suffix?: string): string {
  return `${posix.join(targetPath, 'compiled')}/${nodeFilePath(node, suffix)}`
}

/** What stands for an input of a unit test: below the properties file of the test, in the package of the input. */
export function fixturePath(
  targetPath: string,
  test: GraphMember,
  input: { packageName: string; name: string },
): string {
  return `${posix.join(targetPath, 'compiled')}/${input.packageName}/${test.originalFilePath}/${input.name}.sql`
}

export function runPath(targetPath: string, node: GraphMember, suffix?: string): string {
  return `${posix.join(targetPath, 'run')}/${nodeFilePath(node, suffix)}`
}

/** Seeds have no code, and dbt writes no compiled file for snapshots. */
export function hasCompiledFile(node: GraphMember): boolean {
  switch (node.resourceType) {
    case 'model':
    case 'analysis':
    case 'test':
    case 'operation':
    case 'sql_operation':
    case 'function':
    case 'unit_test':
      return true
    default:
      return false
  }
}
