/** `3 models, 1 seed, 2 data tests, …`: what a project consists of, in dbt's order and words. */
import type { Graph } from '../graph/graph.ts'

const plurals: Readonly<Record<string, string>> = {
  analysis: 'analyses',
  test: 'data tests',
  saved_query: 'saved queries',
}

export function foundStats({ project, unlinkedTests }: Pick<Graph, 'project' | 'unlinkedTests'>): string {
  const counts = new Map<string, number>()
  const count = (type: string, number = 1): void => {
    counts.set(type, (counts.get(type) ?? 0) + number)
  }
  for (const { uniqueId, resourceType } of project.nodes.values()) {
    // dbt leaves functions out.
    if (resourceType !== 'function' && !unlinkedTests.has(uniqueId)) count(resourceType)
  }
  if (project.config.flags.inline !== null) count('sql_operation')
  count('source', project.sources.size)
  count('exposure', project.exposures.size)
  const semantics = [...project.semantics.values()]
  const semantic = (type: string): number => semantics.filter(one => one.resourceType === type).length
  count('metric', semantic('metric'))
  count('macro', project.macros.size)
  count('group', project.groups.size)
  count('semantic_model', semantic('semantic_model'))
  count('saved_query', semantic('saved_query'))
  count('unit_test', project.unitTests.size)
  return [...counts]
    .filter(([, number]) => number > 0)
    .map(([type, number]) => `${number} ${counted(type, number)}`)
    .join(', ')
}

/** The word for so many of a type: `model`, `models`. */
function counted(type: string, number: number): string {
  return (number === 1 ? type : (plurals[type] ?? `${type}s`)).replaceAll('_', ' ')
}
