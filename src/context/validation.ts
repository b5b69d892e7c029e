/** `validation.any('a', 'b')`: a function that raises unless its argument is one of those. */
import { isEqual } from '../template/comparison.ts'
import { str } from '../template/repr.ts'
import { PyDict, type PyTuple } from '../template/value.ts'
import { contextError, contextFunction } from './python-object.ts'

const any = contextFunction('validate_any', ['*args'], ([allowed]) => {
  const values = (allowed as PyTuple).items
  return contextFunction('inner', ['value'], ([value = null]) => {
    if (values.some(one => isEqual(one, value))) return null
    const list = values.map(str).join(',')
    throw contextError('context/validation', `Expected value "${str(value)}" to be one of ${list}`, {
      kind: 'Validation',
    })
  })
})

export function validation(): PyDict {
  return PyDict.of({ any })
}
