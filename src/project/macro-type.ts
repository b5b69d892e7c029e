/** The types that a macro's argument can be described with: `str`, `list[int]`, `dict[str, optional[relation]]`, … */
const arity: Readonly<Record<string, number>> = {
  str: 0,
  string: 0,
  bool: 0,
  int: 0,
  integer: 0,
  float: 0,
  any: 0,
  list: 1,
  dict: 2,
  optional: 1,
  relation: 0,
  column: 0,
}

export function isMacroType(text: string): boolean {
  return afterType(text.replace(/[ \t]/g, '')) === ''
}

/** What follows the type that a text begins with; `undefined` when it begins with none. */
function afterType(text: string): string | undefined {
  const name = /^[a-z]+/i.exec(text)?.[0].toLowerCase() ?? ''
  const count = Object.hasOwn(arity, name) ? arity[name] : undefined
  if (count === undefined) return undefined
  let rest: string | undefined = text.slice(name.length)
  if (count === 0) return rest
  for (let index = 0; index < count; index++) {
    if (rest?.[0] !== (index === 0 ? '[' : ',')) return undefined
    rest = afterType(rest.slice(1))
  }
  return rest?.[0] === ']' ? rest.slice(1) : undefined
}
