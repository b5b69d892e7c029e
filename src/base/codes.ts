/**
 * Every diagnostic code, `folder/kebab-case`, with one line on what it means. `docs/errors.md` has a section for each;
 * a test compares the two. Codes are stable: a code is never reused for another thing.
 */
export const codes = {
  'base/yaml-syntax': 'A YAML file is not valid YAML, or uses a tag that is not known',
  'template/syntax': 'The template text is not valid Jinja',
  'template/undefined': 'A name or attribute that the template uses is not defined',
  'template/type': 'A value has the wrong Python type for what is done with it',
  'template/value': 'A value is of the right type but out of its domain',
  'template/lookup': 'An index or key is not there',
  'template/arithmetic': 'An arithmetic operation cannot be done',
  'template/security': 'The sandbox forbids this attribute or call',
  'template/recursion': 'Macros call each other without end',
  'template/runtime': 'The template failed while it was rendered',
  'storage/permission-denied': 'The operating system forbids the file operation',
  'storage/no-space': 'The disk is full',
  'storage/bad-key': 'A text cannot be the key of an object',
  'storage/object-changed': 'An object was replaced while it was read',
  'adapter/sql-syntax': 'DuckDB cannot parse the SQL',
  'adapter/sql-binding': 'The SQL names a column, function or type that DuckDB does not know, or uses one wrongly',
  'adapter/sql-catalog': 'The SQL names a table, schema or other entry that does not exist, or creates one that does',
  'adapter/sql-conversion': 'A value cannot be converted to the type the SQL asks for',
  'adapter/sql-constraint': 'A row breaks a constraint of its table',
  'adapter/sql-io': 'DuckDB cannot read or write a file or address that the SQL names',
  'adapter/sql-transaction': 'A transaction conflicts with another one or is in the wrong state',
  'adapter/sql-failed': 'DuckDB failed to run the SQL for another reason',
  'adapter/out-of-memory': 'A statement needs more memory than its limit',
  'adapter/interrupted': 'A statement was ended before it was done',
  'adapter/database-locked': 'Another process holds the database file',
  'adapter/database-invalid': 'The file is not a DuckDB database, or it is damaged',
  'adapter/database-newer': 'The database file was written by a newer DuckDB',
  'adapter/database-permission': 'The database file may not be read or written',
  'adapter/database-missing': 'The database file or its folder does not exist',
  'adapter/database-open': 'The database cannot be opened for another reason',
  'adapter/unknown-option': 'A configuration option is not known to DuckDB',
  'adapter/extension-missing': 'A DuckDB extension is not installed on this machine',
  'adapter/attach-conflict': 'An attached database gives one option in two places',
  'adapter/approximate-match': 'A relation of that name exists in other upper or lower case',
  'adapter/ambiguous-relation': 'Several relations answer to one name',
} as const satisfies Record<string, string>

export type DiagnosticCode = keyof typeof codes
