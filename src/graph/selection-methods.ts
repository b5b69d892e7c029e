/** The methods of the selection grammar: which members does `method.argument:value` name? */

import { DiagnosticError } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import type { GraphMember } from '../project/node.ts'
import { PyDict, type Value } from '../template/value.ts'
import { fnmatch, hasWildcard } from './fnmatch.ts'
import type { Graph } from './graph.ts'
import { globPaths, withFolders } from './path-glob.ts'
import { badSelector } from './selector.ts'

type Matches = (member: GraphMember) => boolean

/** Methods that look at a member alone, by name; the value is what stands after the colon. */
const methods: Readonly<Record<string, (value: unknown, args: readonly string[], graph: Graph) => Matches>> = {
  fqn: value => fqnMatch(String(value)),
  tag: value => member => member.tags.some(tag => fnmatch(tag, String(value))),
  group: value => member => (isNode(member) || member.resourceType === 'metric') && hasGroup(member, String(value)),
  access: value => member => member.resourceType === 'model' && member.access === value,
  source: value => sourceMatch(String(value)),
  path: (value, _, graph) => pathMatch(String(value), graph),
  file: value => member => matchesFile(member.originalFilePath, String(value)),
  package: (value, _, graph) => packageMatch(String(value), graph),
  config: (value, args) => member =>
    (isNode(member) || member.resourceType === 'source') && matchesConfig(member, value, args),
  test_name: value => member => matchesTestName(member, String(value)),
  test_type: value => testTypeMatch(String(value)),
  resource_type: value => resourceTypeMatch(String(value)),
  exposure: value => namedMatch('exposure', String(value)),
  metric: value => namedMatch('metric', String(value)),
  semantic_model: value => namedMatch('semantic_model', String(value)),
  saved_query: value => namedMatch('saved_query', String(value)),
  unit_test: value => namedMatch('unit_test', String(value)),
  version: value => versionMatch(String(value)),
}

/** Methods that need an earlier state or other selectors: evaluated in select-nodes.ts. */
const otherMethods = ['state', 'result', 'source_status', 'selector']
const methodNames: readonly string[] = [...Object.keys(methods), ...otherMethods]

/** @throws DiagnosticError `graph/unknown-method` */
function checkMethod(name: string): void {
  if (methodNames.includes(name)) return
  const near = nearName(name, methodNames)
  throw new DiagnosticError({
    code: 'graph/unknown-method',
    kind: 'Runtime',
    message: `'${name}' is not a valid method name`,
    hint: near === undefined ? `the methods are ${methodNames.join(', ')}` : `did you mean "${near}:"`,
  })
}

/** @throws DiagnosticError `graph/bad-selector` for values that the method does not take */
export function membersMatching(graph: Graph, method: string, value: unknown, args: readonly string[]): Set<string> {
  checkMethod(method)
  const make = methods[method]
  const found = new Set<string>()
  if (!make) return found
  const matches = make(value, args, graph)
  for (const member of graph.members.values()) if (matches(member)) found.add(member.uniqueId)
  return found
}

/** What dbt keeps among `nodes`: functions stand apart. */
function isNode(member: GraphMember): boolean {
  return 'rawCode' in member && member.resourceType !== 'function'
}

function fqnMatch(value: string): Matches {
  if (value === '*') return member => member.resourceType !== 'source'
  const wanted = value.split('.')
  const wild = wanted.findIndex(hasWildcard)
  const pattern: FqnPattern = { value, wanted, wild, plain: wild === -1 ? wanted : wanted.slice(0, wild) }
  return member => {
    if (member.resourceType === 'source') return false
    const versioned = member.resourceType === 'model' && member.version !== null
    const { fqn } = member
    return fqnFits(fqn, pattern, versioned) || fqnFits(fqn.slice(1), pattern, versioned)
  }
}

interface FqnPattern {
  readonly value: string
  /** Parted at its dots. */
  readonly wanted: readonly string[]
  /** Index of the first part with a wildcard; -1 without one. */
  readonly wild: number
  readonly plain: readonly string[]
}

function fqnFits(fqn: readonly string[], { value, wanted, wild, plain }: FqnPattern, versioned: boolean): boolean {
  if (versioned) {
    if (fqn.at(-2) === value || fqn.slice(-2).join('_') === wanted.slice(-2).join('_')) return true
  } else if (fqn.at(-1) === value) return true
  // Dots in names part them, too.
  const flat = fqn.some(part => part.includes('.')) ? fqn.flatMap(part => part.split('.')) : fqn
  if (flat.length < wanted.length) return false
  if (!plain.every((part, index) => flat[index] === part)) return false
  if (wild === -1 || fnmatch(flat.slice(wild).join('.'), wanted.slice(wild).join('.'))) return true
  // A pattern without a dot also fits the name alone, however deep the node stands.
  return wanted.length === 1 && fnmatch((versioned ? fqn.at(-2) : fqn.at(-1)) ?? '', value)
}

function hasGroup(member: GraphMember, value: string): boolean {
  const group = 'config' in member ? member.config.get('group') : undefined
  return typeof group === 'string' && group !== '' && fnmatch(group, value)
}

function sourceMatch(value: string): Matches {
  const parts = value.split('.')
  if (parts.length > 3) {
    throw badSelector(
      `Invalid source selector value "${value}". Sources must be of the form "source_name", "source_name.table_name", or ` +
        '"package_name.source_name.table_name"',
    )
  }
  const [packageName = '*', source = '*', table = '*'] =
    parts.length === 3 ? parts : parts.length === 2 ? ['*', ...parts] : ['*', parts[0] ?? '', '*']
  return member =>
    member.resourceType === 'source' &&
    fnmatch(member.packageName, packageName) &&
    fnmatch(member.sourceName, source) &&
    fnmatch(member.name, table)
}

function namedMatch(type: GraphMember['resourceType'], value: string): Matches {
  const parts = value.split('.')
  if (parts.length > 2) {
    const words = type.replaceAll('_', ' ')
    throw badSelector(`Invalid ${words} selector value "${value}". It must be of the form "name" or "package.name"`)
  }
  const [packageName = '*', name = '*'] = parts.length === 2 ? parts : ['*', parts[0] ?? '']
  return member =>
    member.resourceType === type && fnmatch(member.packageName, packageName) && fnmatch(member.name, name)
}

/** Paths are those of the root project; a package's node fits where it has the same path. */
function pathMatch(value: string, graph: Graph): Matches {
  if (value.startsWith('/'))
    throw badSelector(`Invalid path selector value "${value}": the path must be relative to the project`)
  const root = graph.project.config.projectFile.name
  const files = new Set<string>()
  for (const member of graph.members.values()) {
    if (member.packageName !== root) continue
    files.add(member.originalFilePath)
    const patch = patchFile(member)
    if (patch !== undefined) files.add(patch)
  }
  const all = withFolders(files)
  const folders = new Set([...all].filter(path => !files.has(path)))
  const paths = globPaths(value, all, folders)
  if (paths.size === 0) return () => false
  return member => {
    const patch = patchFile(member)
    if (patch !== undefined && paths.has(patch)) return true
    const parts = member.originalFilePath.split('/')
    if (paths.has('.')) return true
    return parts.some((_, index) => paths.has(parts.slice(0, index + 1).join('/')))
  }
}

function patchFile(member: GraphMember): string | undefined {
  const patch = 'patchPath' in member ? member.patchPath : null
  return patch?.split('://')[1]
}

function matchesFile(path: string, value: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return fnmatch(name, value) || fnmatch(dot > 0 ? name.slice(0, dot) : name, value)
}

function packageMatch(value: string, graph: Graph): Matches {
  const wanted = value === 'this' ? graph.project.config.projectFile.name : value
  return member => fnmatch(member.packageName, wanted)
}

function matchesConfig(member: GraphMember, wanted: unknown, path: readonly string[]): boolean {
  let value: Value | undefined = 'config' in member ? member.config : undefined
  for (const key of path)
    value = value instanceof PyDict ? (value.get(key) ?? value.get(key.replace('_', '-'))) : undefined
  if (value === undefined) return false
  const severity = path.length === 1 && path[0] === 'severity'
  return Array.isArray(value)
    ? value.some(item => sameValue(item, wanted, severity))
    : sameValue(value, wanted, severity)
}

/** The command line gives text, so `true` and `false` are written out. */
function sameValue(value: Value, wanted: unknown, ignoreCase: boolean): boolean {
  const text = String(wanted).toLowerCase()
  if (value === true) return text === 'true' || wanted === 1
  if (value === false) return text === 'false' || wanted === 0
  if (ignoreCase && typeof value === 'string') return value.toLowerCase() === text
  return value === wanted
}

function matchesTestName(member: GraphMember, value: string): boolean {
  if (member.resourceType === 'unit_test') return fnmatch(member.name, value)
  return member.resourceType === 'test' && member.generic !== null && fnmatch(member.generic.name, value)
}

function testTypeMatch(value: string): Matches {
  switch (value) {
    case 'generic':
    case 'schema':
      return member => member.resourceType === 'test' && member.generic !== null
    case 'singular':
      return member => member.resourceType === 'test' && member.generic === null
    case 'data':
      return member => member.resourceType === 'test'
    case 'unit':
      return member => member.resourceType === 'unit_test'
    default:
      throw badSelector(`Invalid test type selector ${value}: expected "generic", "singular", "unit", or "data"`)
  }
}

const resourceTypes = [
  'model',
  'analysis',
  'test',
  'snapshot',
  'operation',
  'seed',
  'rpc',
  'sql_operation',
  'doc',
  'source',
  'macro',
  'exposure',
  'metric',
  'group',
  'saved_query',
  'semantic_model',
  'unit_test',
  'fixture',
  'function',
]

function resourceTypeMatch(value: string): Matches {
  if (!resourceTypes.includes(value)) throw badSelector(`Invalid resource_type selector "${value}"`)
  return member => member.resourceType === value
}

function versionMatch(value: string): Matches {
  const order = (member: GraphMember): number | undefined => {
    if (member.resourceType !== 'model' || !member.version || !member.latestVersion) return undefined
    return compareVersions(member.version, member.latestVersion)
  }
  switch (value) {
    case 'latest':
      return member =>
        member.resourceType === 'model' && member.version !== null && member.version === member.latestVersion
    case 'prerelease':
      return member => (order(member) ?? 0) > 0
    case 'old':
      return member => (order(member) ?? 0) < 0
    case 'none':
      return member => member.resourceType === 'model' && member.version === null
    default:
      throw badSelector(
        `Invalid version type selector ${value}: expected one of: "latest", "prerelease", "old", or "none"`,
      )
  }
}

/** As numbers where both are numbers, otherwise as text. */
function compareVersions(a: string | number, b: string | number): number {
  const [left, right] = [Number(a), Number(b)]
  if (!Number.isNaN(left) && !Number.isNaN(right)) return left - right
  const [first, second] = [String(a), String(b)]
  return first < second ? -1 : first > second ? 1 : 0
}
