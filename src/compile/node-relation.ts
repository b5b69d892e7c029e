/** Nodes and sources as relations: name, quoting, and what stands for the name where files do. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Quoting as ProjectQuoting } from '../config/project-file.ts'
import { createRelation, type Relation, type RelationOptions } from '../context/relation.ts'
import type { Quoting } from '../context/relation-fields.ts'
import type { GraphMember, Node, SourceNode } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'

/** The project's quoting with DuckDB's defaults filled in: everything is quoted. */
export function quotingOf(quoting: ProjectQuoting): Quoting {
  return {
    database: quoting.database ?? true,
    schema: quoting.schema ?? true,
    identifier: quoting.identifier ?? true,
  }
}

export function isEphemeral(member: GraphMember): boolean {
  return member.resourceType === 'model' && member.config.get('materialized') === 'ephemeral'
}

/** The relation that a node makes. */
export function nodeRelation(node: Node, quoting: Quoting, options: RelationOptions = {}): Relation {
  const path = { database: node.database, schema: node.schema, identifier: node.alias }
  return createRelation(path, { quoting, ...options })
}

/** The project's quoting does not apply to sources. */
export function sourceRelation(source: SourceNode, options: RelationOptions = {}): Relation {
  const { database, schema, identifier } = source.quoting
  const path = { database: source.database, schema: source.schema, identifier: source.identifier }
  const external = sourceConfig(source, 'plugin') === undefined ? externalText(source) : null
  return createRelation(path, {
    quoting: {
      ...(database === null ? {} : { database }),
      ...(schema === null ? {} : { schema }),
      ...(identifier === null ? {} : { identifier }),
    },
    external,
    ...options,
  })
}

/** A key of a source's `config` or `meta`; the former wins. */
export function sourceConfig(source: SourceNode, key: string): Value | undefined {
  return source.config.get(key) ?? metaOf(source).get(key)
}

function metaOf(source: SourceNode): PyDict {
  const configured = source.config.get('meta')
  return PyDict.of([...source.sourceMeta, ...source.meta, ...(configured instanceof PyDict ? configured : [])])
}

/** `external_location` with its fields filled in, without quotes; undefined when there is none. */
export function sourceLocation(source: SourceNode): string | undefined {
  const template = sourceConfig(source, 'external_location')
  if (typeof template !== 'string') return undefined
  const formatter = sourceConfig(source, 'formatter') ?? 'newstyle'
  return fill(template, formatter, locationFields(source)).replace(/^'+|'+$/g, '')
}

/** `external_location` with its fields filled in; quoted unless it is a call or quoted already. */
function externalText(source: SourceNode): string | null {
  const template = sourceConfig(source, 'external_location')
  if (typeof template !== 'string') return null
  const formatter = sourceConfig(source, 'formatter') ?? 'newstyle'
  const location = fill(template, formatter, locationFields(source))
  return location.includes('(') || location.startsWith("'") ? location : `'${location}'`
}

function locationFields(source: SourceNode): PyDict {
  const fields = PyDict.of({
    name: source.name,
    identifier: source.identifier,
    schema: source.schema,
    database: source.database,
    tags: [...source.tags],
  })
  for (const [key, value] of metaOf(source)) fields.set(key, value)
  for (const [key, value] of source.config) if (value !== null) fields.set(key, value)
  return fields
}

function fill(template: string, formatter: Value, fields: PyDict): string {
  const value = (name: string): string => {
    const found = fields.get(name)
    if (found === undefined)
      throw badLocation(`"${template}" names the field "${name}", which the source does not have`)
    return str(found)
  }
  switch (formatter) {
    case 'newstyle':
      return template.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, name) =>
        name === undefined ? whole.charAt(0) : value(name),
      )
    case 'oldstyle':
      return template.replace(/%%|%\(([^)]*)\)[sd]/g, (whole, name) =>
        name === undefined ? whole.charAt(0) : value(name),
      )
    case 'template':
      return template.replace(/\$\$|\$\{(\w+)\}|\$(\w+)/g, (_, braced, bare) => {
        const name = braced ?? bare
        return name === undefined ? '$' : value(name)
      })
    default:
      throw badLocation(
        `Formatter ${str(formatter)} not recognized. Must be one of 'newstyle', 'oldstyle', or 'template'.`,
      )
  }
}

function badLocation(message: string): DiagnosticError {
  return new DiagnosticError({ code: 'compile/external-location', message })
}
