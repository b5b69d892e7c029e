/**
 * The syntax tree of a template. Offsets are UTF-16 code units in the template's text, half-open `[start, end)`;
 * whoever knows the file adds the offset of the text in it.
 */
import type { Value } from './value.ts'

interface Span {
  readonly start: number
  readonly end: number
}

export interface Arguments {
  readonly args: readonly Expression[]
  readonly kwargs: readonly Keyword[]
  /** `*expression`. */
  readonly rest: Expression | undefined
  /** `**expression`. */
  readonly restNamed: Expression | undefined
}

export interface Keyword extends Span {
  readonly name: string
  readonly value: Expression
}

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

export interface Comparison {
  readonly operator: ComparisonOperator
  readonly operand: Expression
}

export type Name = Span & { readonly kind: 'name'; readonly name: string }
type Attribute = Span & { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
export type Call = Span & Arguments & { readonly kind: 'call'; readonly callee: Expression }
/** `input` is missing in filter blocks and set blocks, where the text of the block takes its place. */
export type Filter = Span &
  Arguments & { kind: 'filter'; readonly input: Expression | undefined; readonly name: string }
export type Test = Span & Arguments & { readonly kind: 'test'; readonly input: Expression; readonly name: string }
type Slice = Span & {
  readonly kind: 'slice'
  readonly from: Expression | undefined
  readonly to: Expression | undefined
  readonly step: Expression | undefined
}

export type Expression =
  | Name
  | (Span & { readonly kind: 'constant'; readonly value: Value })
  | (Span & { readonly kind: 'tuple'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'list'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] })
  | (Span & {
      readonly kind: 'condition'
      readonly test: Expression
      readonly then: Expression
      readonly otherwise: Expression | undefined
    })
  | (Span & {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
    })
  | (Span & { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression })
  | (Span & { readonly kind: 'not' | 'negative' | 'positive'; readonly operand: Expression })
  | (Span & { readonly kind: 'concat'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'compare'; readonly first: Expression; readonly rest: readonly Comparison[] })
  | Attribute
  | (Span & { readonly kind: 'item'; readonly object: Expression; readonly key: Expression })
  | Slice
  | Call
  | Filter
  | Test

/** What can stand on the left of `=`. A namespace attribute is allowed in `set` alone. */
export type Target =
  | Name
  | (Span & { readonly kind: 'namespace'; readonly name: string; readonly attribute: string })
  | (Span & { readonly kind: 'targets'; readonly items: readonly Target[] })

export type Data = Span & { readonly kind: 'data'; readonly text: string }

export interface Signature {
  readonly parameters: readonly Name[]
  /** Of the last parameters. */
  readonly defaults: readonly Expression[]
}

export type MacroKind = 'macro' | 'test' | 'materialization' | 'docs'

export type Macro = Span &
  Signature & {
    readonly kind: 'macro'
    readonly macroKind: MacroKind
    /** With dbt's prefix, as the macro is known inside its template. */
    readonly name: string
    /** As written in the tag. */
    readonly givenName: string
    readonly body: readonly Statement[]
  }

export type For = Span & {
  readonly kind: 'for'
  readonly target: Target
  readonly iterable: Expression
  readonly test: Expression | undefined
  readonly recursive: boolean
  readonly body: readonly Statement[]
  readonly otherwise: readonly Statement[]
}

export type If = Span & {
  readonly kind: 'if'
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[]
  readonly otherwise: readonly Statement[]
}

export type CallBlock = Span &
  Signature & { readonly kind: 'callBlock'; readonly call: Call; readonly body: readonly Statement[] }

export type With = Span & {
  readonly kind: 'with'
  readonly targets: readonly Target[]
  readonly values: readonly Expression[]
  readonly body: readonly Statement[]
}

export type Block = Span & {
  readonly kind: 'block'
  readonly name: string
  readonly scoped: boolean
  readonly required: boolean
  readonly body: readonly Statement[]
}

export type SetBlock = Span & {
  readonly kind: 'setBlock'
  readonly target: Target
  readonly filter: Filter | undefined
  readonly body: readonly Statement[]
}

type FilterBlock = Span & {
  readonly kind: 'filterBlock'
  readonly filter: Filter
  readonly body: readonly Statement[]
}

export type Statement =
  | (Span & { readonly kind: 'output'; readonly items: readonly (Data | Expression)[] })
  | (Span & { readonly kind: 'set'; readonly target: Target; readonly value: Expression })
  | SetBlock
  | For
  | If
  | With
  | Macro
  | CallBlock
  | FilterBlock
  | (Span & { readonly kind: 'do'; readonly value: Expression })
  | (Span & { readonly kind: 'break' | 'continue' })
  | (Span & { readonly kind: 'autoescape'; readonly value: Expression; readonly body: readonly Statement[] })
  | Block
  /** include, import, from, extends: they need a loader, which dbt's environment has not. */
  | (Span & {
      readonly kind: 'load'
      readonly tag: string
      readonly template: Expression
      readonly names: readonly string[]
    })

export interface Template {
  readonly body: readonly Statement[]
  readonly length: number
}
