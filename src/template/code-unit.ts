/**
 * The parts of a compiled template while they are written: places that errors point to, constants, filters and macro
 * descriptions, which stand before the code; and the functions, each with its local variables.
 */
import { PyFloat, type Value } from './value.ts'

export type CodeMode = 'text' | 'native' | 'mapped'

export class CodeUnit {
  readonly mode: CodeMode
  private readonly places: number[] = []
  private readonly placeIndex = new Map<string, number>()
  private readonly header: string[] = []
  private readonly constants = new Map<string, string>()

  constructor(mode: CodeMode) {
    this.mode = mode
  }

  /** An assignment that notes where the program is; written as the last argument of an operation that can fail. */
  at(node: { readonly start: number; readonly end: number }): string {
    const key = `${node.start},${node.end}`
    let index = this.placeIndex.get(key)
    if (index === undefined) {
      index = this.places.length / 2
      this.places.push(node.start, node.end)
      this.placeIndex.set(key, index)
    }
    return `p=${index}`
  }

  /** A variable before the code that holds the value of an expression. */
  constant(code: string): string {
    let name = this.constants.get(code)
    if (name === undefined) {
      name = `k${this.constants.size}`
      this.constants.set(code, name)
      this.header.push(`${name}=${code}`)
    }
    return name
  }

  literal(value: Value): string | undefined {
    if (value === null || typeof value === 'boolean') return String(value)
    if (typeof value === 'number') return value < 0 ? `(${value})` : String(value)
    if (typeof value === 'bigint') return value < 0n ? `(${value}n)` : `${value}n`
    if (typeof value === 'string') return JSON.stringify(value)
    if (value instanceof PyFloat) return this.constant(`R.float(${Object.is(value.value, -0) ? '-0' : value.value})`)
    return undefined
  }

  finish(main: string): string {
    const constants = this.header.length > 0 ? `const ${this.header.join(',')};` : ''
    return `const at=[${this.places.join(',')}];${constants}return{at,${main}}`
  }
}

/** A JavaScript function under construction. */
export class FunctionCode {
  private readonly locals = new Set<string>()
  private temporaries = 0
  /** Set when the code waits for promises, which makes it a generator function. */
  waits = false
  countsSteps = false
  /** Buffers that may hold something else than text, which is an error only once the buffer is read. */
  readonly unchecked = new Set<string>()

  local(name: string): string {
    this.locals.add(name)
    return name
  }

  temporary(stem = 't'): string {
    return this.local(`${stem}${this.temporaries++}`)
  }

  /** `head` is what stands before the parameters' parenthesis; `trace` names the macro in call stacks. */
  finish(parameters: readonly string[], body: string, trace: string): string {
    const locals = [...this.locals].filter(name => !parameters.includes(name))
    const steps = this.countsSteps ? ',n=0' : ''
    const variables = `let p=0${steps}${locals.map(name => `,${name}`).join('')};`
    return `function${this.waits ? '*' : ''}(${parameters.join(',')}){${variables}try{${body}}catch(e){throw R.failed(e,T,at,p,${trace})}}`
  }
}
