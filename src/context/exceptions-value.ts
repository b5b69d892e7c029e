/** `exceptions.*`: how templates raise errors and warnings. Every error names the node it was raised for. */
import type { DiagnosticError, ErrorKind } from '../base/diagnostic.ts'
import { repr, str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { contractMessage } from './contract-message.ts'
import type { ContextEffects } from './effects.ts'
import { contextError, contextFunction, fieldOf, type ParameterPart } from './python-object.ts'

/** @param node unique id of the node that is rendered */
export function exceptionsValue(effects: ContextEffects, node: string | undefined): PyDict {
  const raise = (message: string, kind?: ErrorKind): DiagnosticError =>
    contextError('context/raised', message, { ...(kind && { kind }), ...(node !== undefined && { node }) })
  const dict = new PyDict()
  const add = (name: string, parameters: readonly ParameterPart[], body: (args: readonly Value[]) => Value): void => {
    dict.set(name, contextFunction(name, parameters, body))
  }
  add('warn', ['msg', ['node', null]], ([message = null]) => {
    effects.warn(str(message))
    return ''
  })
  add(
    'warn_snapshot_timestamp_data_types',
    ['snapshot_time_data_type', 'updated_at_data_type'],
    ([first = null, second = null]) => {
      effects.warn(
        `Data type of snapshot table timestamp columns (${str(first)}) doesn't match derived column 'updated_at' (${str(second)}). Please update snapshot config 'updated_at'.`,
      )
      return null
    },
  )
  for (const [name, { parameters, message, kind }] of Object.entries(raised)) {
    add(name, parameters, args => {
      throw raise(message(args), kind)
    })
  }
  return dict
}

interface Raised {
  readonly parameters: readonly ParameterPart[]
  readonly kind?: ErrorKind
  message(args: readonly Value[]): string
}

const messageAlone: Raised['message'] = ([message = null]) => str(message)

const raised: Readonly<Record<string, Raised>> = {
  raise_compiler_error: { parameters: ['msg', ['node', null]], message: messageAlone },
  raise_database_error: { parameters: ['msg', ['node', null]], kind: 'Database', message: messageAlone },
  raise_dependency_error: { parameters: ['msg'], kind: 'Dependency', message: messageAlone },
  raise_fail_fast_error: { parameters: ['msg', ['node', null]], kind: 'Runtime', message: messageAlone },
  raise_not_implemented: { parameters: ['msg'], message: ([message = null]) => `ERROR: ${str(message)}` },
  raise_cache_inconsistent: {
    parameters: ['message'],
    kind: 'Internal',
    message: ([message = null]) => `Cache inconsistency detected: ${str(message)}`,
  },
  raise_contract_error: {
    parameters: ['yaml_columns', 'sql_columns'],
    message: ([yaml = null, sql = null]) => contractMessage(yaml, sql),
  },
  raise_dataclass_not_dict: {
    parameters: ['obj'],
    message: ([value = null]) =>
      `The object ("${str(value)}") was used as a dictionary. This capability has been removed from objects of this type.`,
  },
  raise_dep_not_found: {
    parameters: ['node', 'node_description', 'required_pkg'],
    message: ([, description = null, name = null]) =>
      `Error while parsing ${str(description)}.\nThe required package "${str(name)}" was not found. Is the package installed?\nHint: You may need to run \`dbt deps\`.`,
  },
  raise_duplicate_patch_name: {
    parameters: ['patch_1', 'existing_patch_path'],
    message: ([patch = null, path = null]) =>
      `dbt found two schema.yml entries for the same resource named ${field(patch, 'name')}: in ${field(patch, 'original_file_path')} and ${str(path)}. Resources and their associated columns may only be described a single time`,
  },
  raise_duplicate_resource_name: {
    parameters: ['node_1', 'node_2'],
    message: ([first = null, second = null]) =>
      `dbt found two resources with the name "${field(first, 'name')}":${twoNodes(first, second)}`,
  },
  raise_ambiguous_alias: {
    parameters: ['node_1', 'node_2', ['duped_name', null]],
    message: ([first = null, second = null, name = null]) =>
      `dbt found two resources with the database representation "${name === null ? representation(first) : str(name)}".\ndbt cannot create two resources with identical database representations. To fix this,\nchange the configuration of one of these resources:${twoNodes(first, second)}`,
  },
  raise_ambiguous_catalog_match: {
    parameters: ['unique_id', 'match_1', 'match_2'],
    message: ([id = null, first = null, second = null]) =>
      `dbt found two relations in your warehouse with similar database identifiers. dbt\nis unable to determine which of these relations was created by the model "${str(id)}".\nIn order for dbt to correctly generate the catalog, one of the following relations must be deleted or renamed:\n\n - ${catalogName(first)}\n - ${catalogName(second)}`,
  },
  raise_invalid_property_yml_version: {
    parameters: ['path', 'issue'],
    message: ([path = null, issue = null]) => `The yml property file at ${str(path)} is invalid because ${str(issue)}`,
  },
  missing_config: {
    parameters: ['model', 'name'],
    message: ([model = null, name = null]) =>
      `Model '${field(model, 'unique_id')}' does not define a required config parameter '${str(name)}'.`,
  },
  missing_materialization: {
    parameters: ['model', 'adapter_type'],
    message: ([model = null, type = null]) => {
      const types = type === 'default' ? "'default'" : `'default' and '${str(type)}'`
      const materialized = field(fieldOf(model, 'config') ?? null, 'materialized')
      return `No materialization '${materialized}' was found for adapter ${str(type)}! (searched types ${types})`
    },
  },
  missing_relation: {
    parameters: ['relation', ['model', null]],
    message: ([relation = null]) => `Relation ${str(relation)} not found!`,
  },
  relation_wrong_type: {
    parameters: ['relation', 'expected_type', ['model', null]],
    message: ([relation = null, expected = null]) =>
      `Trying to create ${str(expected)} ${str(relation)}, but it currently exists as a ${field(relation, 'type')}. Either drop ${str(relation)} manually, or run dbt with \`--full-refresh\` and dbt will drop it for you.`,
  },
  column_type_missing: {
    parameters: ['column_names'],
    message: ([names = null]) =>
      `Contracted models require data_type to be defined for each column. Please ensure that the column name and data_type are defined within the YAML configuration for the ${repr(names)} column(s).`,
  },
}

function field(value: Value, name: string): string {
  const found = fieldOf(value, name)
  return found === undefined ? '' : str(found)
}

function representation(node: Value): string {
  return ['database', 'schema', 'alias'].map(part => field(node, part)).join('.')
}

function twoNodes(first: Value, second: Value): string {
  return [first, second].map(node => `\n- ${field(node, 'unique_id')} (${field(node, 'original_file_path')})`).join('')
}

function catalogName(match: Value): string {
  const metadata = fieldOf(match, 'metadata') ?? null
  return `${field(metadata, 'schema')}.${field(metadata, 'name')}`
}
