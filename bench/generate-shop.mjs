/** Writes a project of the shape of the classic shop tutorial: 3 seeds, 5 models, 20 data tests, 28 nodes to build. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** @param {string} folder made anew */
export function generateShop(folder) {
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files())) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function files() {
  return {
    'dbt_project.yml':
      'name: shop\nversion: "1.0"\nprofile: shop\nmodels:\n  shop:\n    +materialized: table\n    staging:\n      +materialized: view\n',
    'profiles.yml':
      'shop:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: shop.duckdb\n      threads: 24\n',
    'seeds/people.csv': `id,given_name,family_name\n${rows(100, i => `${i},Given${i},F.`)}`,
    'seeds/purchases.csv': `id,person_id,purchased_on,state\n${rows(99, i => `${i},${1 + ((i * 7) % 100)},2024-0${1 + (i % 4)}-1${i % 9},${['open', 'sent', 'done', 'returned'][i % 4]}`)}`,
    'seeds/payments.csv': `id,purchase_id,means,cents\n${rows(113, i => `${i},${1 + (i % 99)},${['card', 'voucher', 'transfer'][i % 3]},${(i * 100) % 3000}`)}`,
    'models/staging/stg_people.sql': "select id as person_id, given_name, family_name from {{ ref('people') }}\n",
    'models/staging/stg_purchases.sql':
      "select id as purchase_id, person_id, purchased_on, state from {{ ref('purchases') }}\n",
    'models/staging/stg_payments.sql':
      "select id as payment_id, purchase_id, means, cents / 100 as amount from {{ ref('payments') }}\n",
    'models/purchases_paid.sql': `{% set means = ['card', 'voucher', 'transfer'] %}
with paid as (
    select purchase_id,
        {% for one in means -%}
        sum(case when means = '{{ one }}' then amount else 0 end) as {{ one }}_amount,
        {% endfor -%}
        sum(amount) as amount
    from {{ ref('stg_payments') }}
    group by purchase_id
)
select purchases.*, {% for one in means %}paid.{{ one }}_amount, {% endfor %}paid.amount
from {{ ref('stg_purchases') }} as purchases
left join paid using (purchase_id)
`,
    'models/people_value.sql': `select people.person_id, people.given_name, people.family_name,
    min(purchased_on) as first_purchase, max(purchased_on) as last_purchase,
    count(purchase_id) as purchases, sum(amount) as lifetime_value
from {{ ref('stg_people') }} as people
left join {{ ref('purchases_paid') }} using (person_id)
group by people.person_id, people.given_name, people.family_name
`,
    'models/models.yml': properties(),
  }
}

function properties() {
  const key = (name, column) =>
    `  - name: ${name}\n    columns:\n      - name: ${column}\n        data_tests: [unique, not_null]\n`
  const accepted = (column, values) =>
    `      - name: ${column}\n        data_tests:\n          - accepted_values:\n              arguments:\n                values: [${values}]\n`
  const notNull = columns => columns.map(column => `      - name: ${column}\n        data_tests: [not_null]\n`).join('')
  return `version: 2\nmodels:\n${key('stg_people', 'person_id')}${key('stg_purchases', 'purchase_id')}${accepted('state', 'open, sent, done, returned')}${key('stg_payments', 'payment_id')}${accepted('means', 'card, voucher, transfer')}${key('people_value', 'person_id')}${notNull(['given_name', 'purchases'])}${key('purchases_paid', 'purchase_id')}      - name: person_id
        data_tests:
          - not_null
          - relationships:
              arguments:
                to: ref('people_value')
                field: person_id
${notNull(['purchased_on', 'card_amount'])}${accepted('state', 'open, sent, done, returned')}      - name: voucher_amount
        data_tests: [not_null]
`
}

function rows(count, row) {
  return `${Array.from({ length: count }, (_, index) => row(index + 1)).join('\n')}\n`
}
