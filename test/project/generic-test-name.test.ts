import { expect, test } from 'vitest'
import { synthesizeTestNames, testHash } from '../../src/project/generic-test-name.ts'
import { PyDict, PyFloat } from '../../src/template/value.ts'

const model = "{{ get_where_subquery(ref('orders')) }}"

test('a name is made of the test, its target and the arguments sorted by their names', () => {
  const args = PyDict.of({ to: "ref('customers')", field: 'customer_id', column_name: 'customer_id', model })
  expect(synthesizeTestNames('relationships', 'orders', args).full).toBe(
    'relationships_orders_customer_id__customer_id__ref_customers_',
  )
})

test('values are printed as Python prints them before they become part of a name', () => {
  const args = PyDict.of({ values: [1, new PyFloat(2.5), true, null, 'a b'], quote: false, column_name: 'id' })
  expect(synthesizeTestNames('accepted_values', 'stg_a', args).full).toBe(
    'accepted_values_stg_a_id__False__1__2_5__True__None__a_b',
  )
})

test('a name of 64 characters and more is short in the file and whole in the id', () => {
  const text = 'this is a very long argument that will make the name exceed sixty four characters'
  const names = synthesizeTestNames('gtest', 'stg_a', PyDict.of({ arg: text, model }))
  expect(names.short).toBe('gtest_stg_a_8fe8a5e65e2a7b839f19f806711aa59b')
  expect(names.full).toBe(
    'gtest_stg_a_this_is_a_very_long_argument_that_will_make_the_name_exceed_sixty_four_characters',
  )
})

test('the hash is that of dbt', () => {
  const unique = PyDict.of({
    column_name: 'customer_id',
    model: "{{ get_where_subquery(ref('customers')) }}",
  })
  expect(testHash('unique_customers_customer_id', 'unique', null, unique)).toBe('c5af1ff4b1')
  const relationships = PyDict.of({ to: "ref('customers')", field: 'customer_id', column_name: 'customer_id', model })
  const name = 'relationships_orders_customer_id__customer_id__ref_customers_'
  expect(testHash(name, 'relationships', null, relationships)).toBe('c6ec7f58f2')
})
