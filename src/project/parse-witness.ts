/**
 * What templates asked of the world while a project was parsed: environment variables, variables, flags, the target …
 * Each question is kept with its answer, so that a later run can ask again and knows whether parsing would give the same.
 * What is never the same twice (the time, ids) makes a parse that cannot be repeated.
 */
import { sha256 } from '../base/fingerprint.ts'
import type { AdapterPort } from '../context/adapter-port.ts'
import type { ContextEffects, Deprecated } from '../context/effects.ts'
import type { RunFacts } from '../context/run-facts.ts'
import type { VarLookup } from '../context/var-lookup.ts'
import { repr } from '../template/repr.ts'
import { hasMarks } from '../template/template.ts'
import { type PyDict, PyFunction, PyObject, type Value } from '../template/value.ts'

/** What can be asked; a name is that of the variable, flag or attribute, and a package's variables are its own. */
export type Question =
  | readonly ['env', name: string]
  | readonly ['flag' | 'configuration', name: string]
  | readonly ['var', packageName: string, name: string]
  /** Whether the text of a variable needs no rendering. */
  | readonly ['plain var', packageName: string, name: string]
  | readonly ['vars', packageName: string]
  | readonly ['flags' | 'configuration' | 'target' | 'arguments' | 'metadata environment']

/** Who answers. */
export interface AnswerSources {
  readonly facts: RunFacts
  readonly varsOf: (packageName: string) => VarLookup
  /** `adapter.config`. */
  readonly configuration: () => PyObject
}

/** The answer as a hash: values may be nobody's business. Empty when there is none. */
export function answerTo(question: Question, sources: Partial<AnswerSources>): string {
  const value = valueFor(question, sources)
  return value === undefined ? '' : sha256(repr(value)).slice(0, 24)
}

function valueFor(question: Question, sources: Partial<AnswerSources>): Value | undefined {
  const { facts, varsOf, configuration } = sources
  const [about, name, inPackage = ''] = question
  switch (about) {
    case 'env':
      return facts?.environment[name]
    case 'flag':
      return facts?.flags.attr(name)
    case 'flags':
      return facts?.flags
    case 'configuration':
      return name === undefined ? configuration?.() : configuration?.().attr(name)
    case 'target':
      return facts?.target
    case 'arguments':
      return facts?.invocationArguments
    case 'metadata environment':
      return facts?.metadataEnvironment
    case 'var':
      return varsOf?.(name).get(inPackage)
    case 'plain var':
      return isPlain(varsOf?.(name).get(inPackage))
    case 'vars':
      return varsOf?.(name).all()
  }
}

function isPlain(value: Value | undefined): boolean {
  return typeof value !== 'string' || !hasMarks(value)
}

export interface WatchedVars extends VarLookup {
  /** Whether a variable is no text that has to be rendered. */
  isPlain(name: string): boolean
}

/** What a template told while it was rendered in parse mode: a later run tells it again. */
export type Saying =
  | readonly [effect: 'log', message: string, level: 'info' | 'debug']
  | readonly [effect: 'print' | 'warn', message: string]
  | readonly [effect: 'deprecated', thing: Deprecated]

export function sayAgain(sayings: readonly Saying[], effects: ContextEffects): void {
  for (const saying of sayings) {
    if (saying[0] === 'log') effects.log(saying[1], saying[2])
    else if (saying[0] === 'deprecated') effects.deprecated(saying[1])
    else effects[saying[0]](saying[1])
  }
}

/** A node whose own text asked for what is never the same twice. */
export interface MomentaryNode {
  readonly packageName: string
  readonly originalFilePath: string
  /** Fingerprint of what it called. */
  readonly calls: string
}

export class ParseWitness {
  /** By the question as JSON. */
  readonly answers = new Map<string, string>()
  readonly said: Saying[] = []
  /** Whether a template looked at the text of a node other than its own: names or hooks may depend on it. */
  sawCode = false
  /** Why a later parse may give something else although every answer is the same. */
  unrepeatable: string | undefined
  /** As long as these make the same calls, a later parse gives the same all the same. */
  readonly momentary: MomentaryNode[] = []
  private moment: { asked: boolean } | undefined

  /** The same facts; what is taken from them is noted. */
  facts(facts: RunFacts): RunFacts {
    const ask = (question: Question): void => this.note(question, { facts })
    const neverTheSame = (what: string): void => this.noteMoment(what)
    const { clock } = facts
    return {
      ...facts,
      get invocationId() {
        neverTheSame('the invocation id')
        return facts.invocationId
      },
      get runStartedAt() {
        neverTheSame('the time')
        return facts.runStartedAt
      },
      clock: {
        now: () => {
          neverTheSame('the time')
          return clock.now()
        },
        elapsedMs: () => clock.elapsedMs(),
      },
      environment: new Proxy(facts.environment, {
        get(environment, name) {
          if (typeof name === 'string') ask(['env', name])
          return Reflect.get(environment, name)
        },
      }),
      effects: this.effects(facts.effects),
      flags: new WatchedRecord(facts.flags, name => ask(name === undefined ? ['flags'] : ['flag', name])),
      get target() {
        ask(['target'])
        return facts.target as PyDict
      },
      get invocationArguments() {
        ask(['arguments'])
        return facts.invocationArguments
      },
      get metadataEnvironment() {
        ask(['metadata environment'])
        return facts.metadataEnvironment
      },
    }
  }

  private effects(effects: ContextEffects): ContextEffects {
    const say = (saying: Saying): void => {
      this.said.push(saying)
      sayAgain([saying], effects)
    }
    return {
      log: (message, level) => say(['log', message, level]),
      print: message => say(['print', message]),
      warn: message => say(['warn', message]),
      deprecated: thing => say(['deprecated', thing]),
    }
  }

  /** The same adapter; what it says of this moment cannot be asked for again. */
  port(port: AdapterPort): AdapterPort {
    const { config, now } = port
    const ask = (name?: string): void =>
      this.note(name === undefined ? ['configuration'] : ['configuration', name], { configuration: config })
    return {
      ...port,
      config: () => new WatchedRecord(config(), ask),
      now: () => {
        this.noteMoment('the time')
        return now()
      },
    }
  }

  vars(packageName: string, vars: VarLookup): WatchedVars {
    const ask = (question: Question): void => this.note(question, { varsOf: () => vars })
    return {
      get(name) {
        ask(['var', packageName, name])
        return vars.get(name)
      },
      all() {
        ask(['vars', packageName])
        return vars.all()
      },
      isPlain(name) {
        ask(['plain var', packageName, name])
        return isPlain(vars.get(name))
      },
    }
  }

  private noteMoment(what: string): void {
    if (this.moment) this.moment.asked = true
    else this.unrepeatable = what
  }

  /**
   * Reads a text that makes no parse unrepeatable by asking for what is never the same twice: its reader answers for it.
   * @returns whether it did
   */
  readsMoment(read: () => void): boolean {
    const moment = { asked: false }
    const saidBefore = this.said.length
    this.moment = moment
    try {
      read()
    } finally {
      this.moment = undefined
    }
    if (moment.asked && this.said.length > saidBefore) this.unrepeatable = 'what was told at a time'
    return moment.asked
  }

  private note(question: Question, sources: Partial<AnswerSources>): void {
    const key = JSON.stringify(question)
    if (!this.answers.has(key)) this.answers.set(key, answerTo(question, sources))
  }
}

/** A record of the context: what is asked of it, an attribute or (without a name) all of it. */
class WatchedRecord extends PyObject {
  readonly typeName: string
  private readonly record: PyObject
  private readonly ask: (name?: string) => void

  constructor(record: PyObject, ask: (name?: string) => void) {
    super()
    this.typeName = record.typeName
    this.record = record
    this.ask = ask
  }
  override get kind(): PyObject['kind'] {
    return this.record.kind
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    const value = this.record.attr(name)
    // A method may read whatever there is.
    this.ask(value instanceof PyFunction ? undefined : name)
    return value
  }
  override item(key: Value): Value | undefined {
    this.ask()
    return this.record.item(key)
  }
  override contains(value: Value): boolean | undefined {
    this.ask()
    return this.record.contains(value)
  }
  override iterate(): Iterator<Value> | undefined {
    this.ask()
    return this.record.iterate()
  }
  override repr(): string {
    this.ask()
    return this.record.repr()
  }
}
