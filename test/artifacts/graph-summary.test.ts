import { expect, test } from 'vitest'
import { edgeParts, graphSummaryParts } from '../../src/artifacts/graph-summary.ts'
import { graphOf } from '../graph/graph-rig.ts'

const graph = graphOf({
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "select * from {{ ref('a') }}",
  'models/s.yml': 'models:\n  - name: a\n    columns: [{name: id, data_tests: [unique]}]\n',
})

test('the summary of a graph has its edges', () => {
  const summary = JSON.parse(
    [...graphSummaryParts(graph, edgeParts(graph), { invocationId: 'x', withTestEdges: false })].join(''),
  )
  expect(Object.keys(summary)).toEqual(['_invocation_id', 'linked'])
  expect(summary.linked['0']).toEqual({ name: 'model.shop.a', type: 'model', succ: [1, 2] })
})

test('the summary of a build has the edges from tests to what waits for them, too', () => {
  const summary = JSON.parse(
    [...graphSummaryParts(graph, edgeParts(graph), { invocationId: 'x', withTestEdges: true })].join(''),
  )
  expect(summary.with_test_edges['2']).toMatchObject({ type: 'test', succ: [1] })
  expect(summary.linked['2']).not.toHaveProperty('succ')
})
