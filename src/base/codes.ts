/**
 * Every diagnostic code, `folder/kebab-case`, with one line on what it means. `docs/errors.md` has a section for each;
 * a test compares the two. Codes are stable: a code is never reused for another thing.
 */
export const codes = {
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
} as const satisfies Record<string, string>

export type DiagnosticCode = keyof typeof codes
