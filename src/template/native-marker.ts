/** What the filters as_text, as_bool, as_number and as_native leave for the rendering of a YAML value. */
import { StrSubclass } from './value.ts'

export type NativeKind = 'text' | 'bool' | 'number' | 'native'

export class NativeMarker extends StrSubclass {
  readonly kind: NativeKind

  constructor(text: string, kind: NativeKind) {
    super(text)
    this.kind = kind
  }
}
