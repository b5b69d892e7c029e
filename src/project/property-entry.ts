/** One element of a section of a properties file: `models: [{name: customers, ...}]`. */
import type { Place, SourceFile } from '../base/source-file.ts'
import { type YamlDocument, type YamlNode, yamlAt, yamlPlace } from '../base/yaml-node.ts'
import type { KeyPath } from '../config/yaml-value.ts'
import type { PyDict, Value } from '../template/value.ts'
import type { FoundFile } from './found-file.ts'

/** Sections in the order in which a file is parsed. */
export const sections = [
  'models',
  'seeds',
  'snapshots',
  'sources',
  'macros',
  'data_tests',
  'analyses',
  'exposures',
  'functions',
  'metrics',
  'groups',
  'semantic_models',
  'unit_tests',
  'saved_queries',
] as const
export type Section = (typeof sections)[number]

export interface PropertyEntry {
  readonly section: Section
  readonly found: FoundFile
  /** The properties file. */
  readonly file: SourceFile
  readonly name: string
  /** Rendered, but for what is rendered later (descriptions, tests, hooks). The entry's own: parsing changes it. */
  readonly value: PyDict
  /** A value as written, below the entry. */
  written(...path: KeyPath): Value | undefined
  /** The place of what stands under a path of keys, or of the nearest thing above it. */
  at(...path: KeyPath): Place
}

export function placeIn(document: YamlDocument, node: YamlNode, path: KeyPath): Place {
  for (let length = path.length; length > 0; length--) {
    const found = yamlAt(node, ...path.slice(0, length))
    if (found && found.end > found.start) return yamlPlace(document, found)
  }
  const name = yamlAt(node, 'name')
  return yamlPlace(document, name && name.end > name.start ? name : node)
}
