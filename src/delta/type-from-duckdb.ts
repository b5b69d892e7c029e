/** Which Delta type holds the values of a DuckDB type, for tables that we create. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { DeltaField, DeltaType, PrimitiveName } from './schema.ts'

const primitives: Readonly<Record<string, PrimitiveName>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'byte',
  SMALLINT: 'short',
  INTEGER: 'integer',
  BIGINT: 'long',
  UTINYINT: 'short',
  USMALLINT: 'integer',
  UINTEGER: 'long',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  UUID: 'string',
  JSON: 'string',
  TIME: 'string',
  BLOB: 'binary',
  DATE: 'date',
  TIMESTAMP: 'timestamp_ntz',
  TIMESTAMP_S: 'timestamp_ntz',
  TIMESTAMP_MS: 'timestamp_ntz',
  TIMESTAMP_NS: 'timestamp_ntz',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
  // A column of nothing but NULL; DuckDB itself makes it an integer when it stores one.
  '"NULL"': 'integer',
}

/** Reads the type as DESCRIBE prints it; `delta/unsupported-type` names the column if there is no such type. */
function deltaTypeOf(text: string, column: string): DeltaType {
  const reader = new TypeReader(text, column)
  const type = reader.type()
  reader.end()
  return type
}

export function deltaField(name: string, duckdbText: string): DeltaField {
  return { name, type: deltaTypeOf(duckdbText, name), nullable: true, metadata: {} }
}

/** The JSON form of a schema or type, as `schemaString` has it. */
export function schemaJson(type: DeltaType): unknown {
  switch (type.kind) {
    case 'primitive':
      return type.name
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    case 'array':
      return { type: 'array', elementType: schemaJson(type.element), containsNull: type.containsNull }
    case 'map': {
      const { valueContainsNull } = type
      return { type: 'map', keyType: schemaJson(type.key), valueType: schemaJson(type.value), valueContainsNull }
    }
    case 'struct':
      return {
        type: 'struct',
        fields: type.fields.map(field => ({ ...field, type: schemaJson(field.type) })),
      }
  }
}

class TypeReader {
  readonly #text: string
  readonly #column: string
  #at = 0

  constructor(text: string, column: string) {
    this.#text = text
    this.#column = column
  }

  type(): DeltaType {
    let type = this.#base()
    for (let suffix = this.#match(/\[\d*\]/y); suffix !== undefined; suffix = this.#match(/\[\d*\]/y)) {
      type = { kind: 'array', element: type, containsNull: true }
    }
    return type
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#unsupported()
  }

  #base(): DeltaType {
    if (this.#match(/STRUCT\(/y) !== undefined) return this.#struct()
    if (this.#match(/MAP\(/y) !== undefined) return this.#map()
    const decimal = this.#match(/DECIMAL\(\d+,\s*\d+\)/y)
    if (decimal !== undefined) {
      const [precision = 0, scale = 0] = (decimal.match(/\d+/g) ?? []).map(Number)
      return { kind: 'decimal', precision, scale }
    }
    if (this.#match(/ENUM\((?:'(?:[^']|'')*'(?:,\s*)?)*\)/y) !== undefined) return { kind: 'primitive', name: 'string' }
    if (this.#match(/UBIGINT/y) !== undefined) return { kind: 'decimal', precision: 20, scale: 0 }
    if (this.#match(/U?HUGEINT/y) !== undefined) return { kind: 'decimal', precision: 38, scale: 0 }
    const name = this.#match(/TIMESTAMP WITH TIME ZONE|"NULL"|[A-Z_]+/y)
    const primitive = name === undefined ? undefined : primitives[name]
    if (primitive === undefined) throw this.#unsupported()
    return { kind: 'primitive', name: primitive }
  }

  #struct(): DeltaType {
    const fields: DeltaField[] = []
    do {
      const quoted = this.#match(/"(?:[^"]|"")*"|\w+/y)
      if (quoted === undefined) throw this.#unsupported()
      const name = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted
      this.#match(/\s+/y)
      fields.push({ name, type: this.type(), nullable: true, metadata: {} })
    } while (this.#match(/,\s*/y) !== undefined)
    this.#close()
    return { kind: 'struct', fields }
  }

  #map(): DeltaType {
    const key = this.type()
    if (this.#match(/,\s*/y) === undefined) throw this.#unsupported()
    const value = this.type()
    this.#close()
    return { kind: 'map', key, value, valueContainsNull: true }
  }

  #close(): void {
    if (this.#match(/\)/y) === undefined) throw this.#unsupported()
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #unsupported(): DiagnosticError {
    return new DiagnosticError({
      code: 'delta/unsupported-type',
      kind: 'Runtime',
      message: `The column "${this.#column}" has the type "${this.#text}", which a Delta table cannot hold`,
      hint: 'Cast it to another type in the model',
    })
  }
}
