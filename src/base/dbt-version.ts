/** The version of dbt whose behaviour is kept: `dbt_version` in templates and in artifacts, checked by `require-dbt-version`. */
export const dbtVersion = '1.11.16'
/** The version of dbt-duckdb whose behaviour is kept. */
export const adapterVersion = '1.11.1'
