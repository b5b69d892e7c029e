/** Macros as nodes: their source, and what `macros:` of properties files say about them. */
import type { Place } from '../base/source-file.ts'
import type { ProjectFile } from '../config/project-file.ts'
import { boolIn, dictIn, dictsIn, mergedDicts, textIn } from '../template/dict-access.ts'
import { PyDict } from '../template/value.ts'
import { duplicatePatch } from './duplicate-names.ts'
import type { MacroSource } from './macro-file.ts'
import type { MacroRegistry } from './macro-registry.ts'
import { isMacroType } from './macro-type.ts'
import type { Docs, MacroNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

type MacroPatches = ReadonlyMap<string, PropertyEntry>

/** Entries of `macros:` by the unique id of their macro. */
export function macroPatches(
  entries: readonly PropertyEntry[],
  registry: MacroRegistry,
  maker: NodeMaker,
): MacroPatches {
  const patches = new Map<string, PropertyEntry>()
  for (const entry of entries) {
    const packageName = entry.found.owner.name
    const uniqueId = `macro.${packageName}.${entry.name}`
    const before = patches.get(uniqueId)
    if (!registry.macros.has(uniqueId)) {
      maker.report({
        code: 'project/patch-without-node',
        severity: 'warning',
        kind: 'Parsing',
        message: `Found patch for macro "${entry.name}" which was not found`,
        at: entry.at('name'),
      })
    } else if (before) {
      const what = `dbt found two schema.yml entries for the same macro in package ${packageName} named ${entry.name}. Macros may only be described a single time.`
      maker.report(duplicatePatch(what, 'macros', entry.name, placeOf(before), placeOf(entry)))
    } else patches.set(uniqueId, entry)
  }
  return patches
}

function placeOf(entry: PropertyEntry): { readonly path: string; readonly at: Place } {
  return { path: entry.found.originalFilePath, at: entry.at() }
}

type Described = ReturnType<typeof patchedFields>

const plainDocs: Docs = { show: true, nodeColor: null }
/** Shared by the many macros that nothing is said about: what writes them writes it once. */
const undescribed: Described = {
  description: '',
  meta: new PyDict(),
  docs: plainDocs,
  patchPath: null,
  arguments: [],
}
const plainConfig = configOf(undescribed)

function configOf({ meta, docs }: Pick<Described, 'meta' | 'docs'>): PyDict {
  return PyDict.of({ meta, docs: PyDict.of({ show: docs.show, node_color: docs.nodeColor }) })
}

/** Whether what a properties file says of a macro's arguments is compared with the macro. */
export function validatesArguments(source: MacroSource, { behaviour }: ProjectFile): boolean {
  return behaviour.validateMacroArgs && source.packageName !== 'dbt'
}

/**
 * The node of a macro; which macros it calls is found out when somebody asks. Descriptions are not rendered yet.
 * @param validates arguments that nobody describes are those of the macro
 */
export function macroNode(
  source: MacroSource,
  registry: MacroRegistry,
  validates: boolean,
  patch?: PropertyEntry,
): MacroNode {
  const described = patch ? patchedFields(patch) : undescribed
  return {
    resourceType: 'macro',
    uniqueId: source.uniqueId,
    name: source.name,
    packageName: source.packageName,
    path: source.path,
    originalFilePath: source.path,
    file: source.file,
    macroSql: source.macroSql,
    offset: source.offset,
    kind: source.kind,
    supportedLanguages: source.supportedLanguages,
    createdAtMs: source.createdAtMs,
    ...described,
    arguments:
      validates && described.arguments.length === 0
        ? keptParameters(source).map(name => ({ name, type: null, description: '' }))
        : described.arguments,
    config: patch ? configOf(described) : plainConfig,
    get macros() {
      return registry.dependencies(source)
    },
  }
}

function keptParameters({ isGenericTest, parameters }: MacroSource): readonly string[] {
  return isGenericTest ? [] : parameters
}

export function checkAnnotations(source: MacroSource, patch: PropertyEntry, maker: NodeMaker): void {
  const described = patchedFields(patch).arguments
  if (described.length === 0) return
  const { name } = source
  const parameters = keptParameters(source)
  const warn = (message: string): void =>
    maker.report({
      code: 'project/macro-annotation',
      severity: 'warning',
      kind: 'Parsing',
      message,
      at: patch.at('arguments'),
      facts: { msg: message, macro_unique_id: source.uniqueId, macro_file_path: source.path },
    })
  for (const [index, one] of described.entries()) {
    const own = parameters[index]
    if (own !== undefined && own !== one.name) {
      warn(`Argument ${one.name} in yaml for macro ${name} does not match the jinja definition.`)
    }
  }
  if (described.length !== parameters.length) {
    warn(`The number of arguments in the yaml for macro ${name} does not match the jinja definition.`)
  }
  for (const one of described) {
    if (one.type !== null && one.type.trim() !== '' && !isMacroType(one.type)) {
      warn(`Argument ${one.name} in the yaml for macro ${name} has an invalid type.`)
    }
  }
}

function patchedFields(
  patch: PropertyEntry,
): Pick<MacroNode, 'description' | 'meta' | 'docs' | 'patchPath' | 'arguments'> {
  const { value, found } = patch
  const config = dictIn(value, 'config')
  const docs = config.has('docs') ? dictIn(config, 'docs') : dictIn(value, 'docs')
  return {
    description: textIn(value, 'description') ?? '',
    meta: mergedDicts(dictIn(value, 'meta'), dictIn(config, 'meta')),
    docs: { show: boolIn(docs, 'show') ?? true, nodeColor: textIn(docs, 'node_color') },
    patchPath: `${found.owner.name}://${found.originalFilePath}`,
    arguments: dictsIn(value, 'arguments').map(one => ({
      name: textIn(one, 'name') ?? '',
      type: textIn(one, 'type'),
      description: textIn(one, 'description') ?? '',
    })),
  }
}
