/** Troubles that the S3 double makes on demand. Each is used up by the request that it befalls. */

export type Fault =
  /** An error answer; nothing happens to the objects. */
  | { readonly kind: 'answer'; readonly status: number; readonly code: string }
  /** An error answer before the body of the request is read. */
  | { readonly kind: 'early-answer'; readonly status: number; readonly code: string }
  /** The connection is reset in the middle of the request's body. */
  | { readonly kind: 'reset-within' }
  /** The connection is reset before anything happens. */
  | { readonly kind: 'reset-before' }
  /** The request has its effect, then the connection is reset without an answer. */
  | { readonly kind: 'reset-after' }
  /** The request has its effect, but the answer is an error. */
  | { readonly kind: 'answer-after'; readonly status: number; readonly code: string }
  /** The connection ends in the middle of the body. */
  | { readonly kind: 'cut-body' }
  /** The answer comes late and byte after byte. */
  | { readonly kind: 'slow' }
  /** The body is shorter than the object and the answer does not show it. */
  | { readonly kind: 'short-body' }

/** Those that may befall a request which brings content; each is over when it is made again. */
export const passingFaults: readonly Fault[] = [
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'early-answer', status: 503, code: 'SlowDown' },
  { kind: 'reset-before' },
  { kind: 'reset-within' },
  { kind: 'reset-after' },
  { kind: 'answer-after', status: 500, code: 'InternalError' },
]

export interface FaultRule {
  readonly fault: Fault
  /** Which requests: method and, within the URL, a text. */
  readonly method?: string
  readonly urlHolds?: string
  readonly times?: number
  /** So many of them pass first. */
  readonly after?: number
}

export interface Faults {
  add(rule: FaultRule): void
  clear(): void
  /** The fault for this request, which is used up by asking. */
  take(method: string, url: string): Fault | undefined
}

export function faultList(): Faults {
  const open: { readonly rule: FaultRule; left: number; passing: number }[] = []
  return {
    add: rule => {
      open.push({ rule, left: rule.times ?? 1, passing: rule.after ?? 0 })
    },
    clear: () => {
      open.length = 0
    },
    take(method, url) {
      const matching = open.filter(
        ({ rule, left }) =>
          left > 0 &&
          (rule.method ?? method) === method &&
          (rule.urlHolds === undefined || url.includes(rule.urlHolds)),
      )
      const entry = matching.find(one => one.passing-- <= 0)
      if (entry !== undefined) entry.left -= 1
      return entry?.rule.fault
    },
  }
}
