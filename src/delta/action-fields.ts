/** Typed reading of the JSON objects in a Delta log. What is not as the protocol has it is a `delta/bad-action`. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { isRecord } from '../base/record.ts'

/** @param place where the text came from */
export function badAction(place: string, reason: string, cause?: unknown): DiagnosticError {
  return new DiagnosticError({
    code: 'delta/bad-action',
    kind: 'Runtime',
    message: `The Delta log entry "${place}" cannot be read: ${reason}`,
    ...(cause === undefined ? {} : { cause }),
  })
}

type Loose = { readonly string: string; readonly number: number; readonly boolean: boolean }

/** One object and its fields; null counts as absent. */
export class ActionFields {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #place: string
  readonly #name: string

  constructor(value: unknown, place: string, name: string) {
    this.#place = place
    this.#name = name
    if (!isRecord(value)) throw badAction(place, `"${name}" is not an object`)
    this.#values = value
  }

  fault(reason: string): DiagnosticError {
    return badAction(this.#place, reason)
  }

  need<T>(key: string, value: T | undefined): T {
    if (value === undefined) throw this.fault(`"${this.#name}" has no "${key}"`)
    return value
  }

  fields(key: string): ActionFields | undefined {
    const value = this.#values[key]
    return value === undefined || value === null ? undefined : new ActionFields(value, this.#place, key)
  }

  string(key: string): string | undefined {
    return this.#typed(key, 'string')
  }

  /** Some writers give numbers as text. */
  number(key: string): number | undefined {
    const value = this.#values[key]
    if (typeof value === 'string' && /^-?\d+$/.test(value)) return Number(value)
    return this.#typed(key, 'number')
  }

  boolean(key: string): boolean | undefined {
    return this.#typed(key, 'boolean')
  }

  /** For what is only information: another type counts as absent. */
  loose<K extends keyof Loose>(key: string, type: K): Loose[K] | undefined {
    const value = this.#values[key]
    return typeof value === type ? (value as Loose[K]) : undefined
  }

  list(key: string): readonly string[] | undefined {
    const value = this.#values[key]
    if (value === undefined || value === null) return undefined
    if (!Array.isArray(value)) throw this.fault(`"${this.#name}.${key}" is not a list`)
    return value.map(String)
  }

  strings(key: string): Readonly<Record<string, string | null>> | undefined {
    const value = this.#values[key]
    if (value === undefined || value === null) return undefined
    if (!isRecord(value)) throw this.fault(`"${this.#name}.${key}" is not an object`)
    const texts = Object.entries(value).map(([name, one]) => [name, asText(one)] as const)
    return Object.fromEntries(texts)
  }

  #typed<K extends keyof Loose>(key: string, type: K): Loose[K] | undefined {
    const value = this.#values[key]
    if (value === undefined || value === null) return undefined
    if (typeof value !== type) throw this.fault(`"${this.#name}.${key}" is not a ${type}`)
    return value as Loose[K]
  }
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
