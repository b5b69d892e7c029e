/**
 * How `return(value)` leaves a macro. Called like any function it throws a ReturnSignal, which the innermost macro of the
 * context that is running catches to give the value, typed, to its caller. Compiled macros that find this function under
 * the name do not call it: they end with a signal as their result, because throwing costs more than the call. The signal
 * is not an Error: no stack is recorded.
 */
import { bindArguments, signature } from './arguments.ts'
import { PyFunction, type Value } from './value.ts'

export class ReturnSignal {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}

const parameters = signature('return', 'data')

/** The `return` of dbt's context. */
export const returnFunction = new PyFunction('return', (args, kwargs) => {
  const [data = null] = bindArguments(parameters, args, kwargs)
  throw new ReturnSignal(data)
})
