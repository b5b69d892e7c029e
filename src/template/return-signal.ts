/**
 * How `return(value)` leaves a macro: the context's function `return` throws this, the innermost running macro catches
 * it and gives the value, typed, to its caller. It is not an Error: no stack is recorded.
 */
import type { Value } from './value.ts'

export class ReturnSignal {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}
