/**
 * catalogs.yml: where other warehouses keep tables of open formats. DuckDB has no catalog of that kind in dbt, so the file
 * is checked as dbt checks it, and a catalog that is written well is refused.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { type YamlDocument, type YamlNode, yamlAt, yamlPlace } from '../base/yaml-node.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { repr, str } from '../template/repr.ts'
import type { PyDict, Value } from '../template/value.ts'
import { renderYaml, type YamlRendering } from './render-yaml.ts'
import { faultPath, firstFault, type Shape } from './value-shape.ts'

const fileName = 'catalogs.yml'

/** Commands of dbt that read the file. */
const readers: readonly string[] = ['build', 'compile', 'parse', 'run', 'seed', 'snapshot', 'test']

const text: Shape = { nullable: 'text' }
const integrationShape: Shape = {
  required: { name: 'text', catalog_type: 'text' },
  optional: {
    catalog_name: text,
    table_format: text,
    external_volume: text,
    file_format: text,
    adapter_properties: 'dict',
  },
  closed: true,
}
const catalogShape: Shape = {
  required: { name: 'text' },
  optional: { active_write_integration: text, write_integrations: { listOf: integrationShape } },
  closed: true,
}

/** @throws DiagnosticError for the first thing that dbt would refuse */
export function checkCatalogs(files: FileSystem, which: string, projectName: string, rendering: YamlRendering): void {
  const content = readers.includes(which) ? files.read(fileName) : undefined
  if (content === undefined) return
  if (content.trim() === '') {
    throw refusal(
      `Error reading ${projectName}: ${fileName} - Runtime Error\n  The file at ${files.root}/${fileName} is empty`,
      'Parsing',
    )
  }
  const document = parseYaml({ path: fileName, text: content })
  const list = yamlAt(document.root, 'catalogs')
  const types = list?.kind === 'list' ? list.items.map(item => activeType(document, item, rendering)) : []
  for (const type of types) throw refusal(`Catalog type is not supported.\nReceived: ${type}\nExpected one of: `)
}

/** The type of the integration that a catalog is written by. */
function activeType(document: YamlDocument, item: YamlNode, rendering: YamlRendering): string {
  const catalog = renderYaml(document, item, rendering)
  const refuse = (message: string): never => {
    throw refusal(message, 'Runtime', yamlPlace(document, item))
  }
  const fault = firstFault(catalog, catalogShape, [])
  if (fault) return refuse(`${fault.problem} at path ${faultPath(fault)}`)
  const { name, integrations, active } = partsOf(catalog as PyDict)
  const names = integrations.map(one => str(one.get('name') ?? null))
  const twice = names.find((one, index) => names.indexOf(one) !== index)
  if (twice !== undefined) {
    return refuse(`Catalog '${name}' cannot have multiple 'write_integrations' with the same name: '${twice}'.`)
  }
  if (active === null && names.length !== 1) {
    return refuse(
      `Catalog '${name}' must specify an 'active_write_integration' when multiple 'write_integrations' are provided.`,
    )
  }
  const found = integrations[active === null ? 0 : names.indexOf(active)]
  if (!found) {
    return refuse(
      `Catalog '${name}' must specify an 'active_write_integration' from its set of defined 'write_integrations': ${repr(names)}. Got: '${active}'.`,
    )
  }
  return str(found.get('catalog_type') ?? null)
}

function partsOf(catalog: PyDict): { name: string; integrations: readonly PyDict[]; active: string | null } {
  const active = catalog.get('active_write_integration') ?? null
  return {
    name: str(catalog.get('name') ?? null),
    integrations: (catalog.get('write_integrations') ?? []) as Value[] as PyDict[],
    active: typeof active === 'string' && active !== '' ? active : null,
  }
}

function refusal(
  message: string,
  kind: 'Runtime' | 'Parsing' = 'Runtime',
  at?: ReturnType<typeof yamlPlace>,
): DiagnosticError {
  return new DiagnosticError({ code: 'config/bad-catalogs', kind, message, ...(at && { at }) })
}
