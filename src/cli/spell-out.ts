/**
 * The words of a command line with every option written in one way: `--name` or `--name=value`, by its first name. Words
 * are taken as dbt takes them: short options may stand together and have their value right behind them, a value may begin
 * with a dash, a list takes every word up to the next option, `--` ends the options.
 */
import type { Option } from './option-table.ts'

export interface SpelledOut {
  readonly options: readonly string[]
  /** What is no option and no value of one. */
  readonly plain: readonly string[]
  /** Not read: what follows the first plain word, where the reading was to end there. */
  readonly rest: readonly string[]
}

export interface OptionFault {
  readonly kind: 'unknown' | 'needs a value' | 'takes no value'
  /** As it was written. */
  readonly name: string
}

/** A way to write an option, and what it stands for. */
interface Spelling {
  readonly option: Option
  /** `--no-name` */
  readonly negates: boolean
}

/** Every way to write an option, dashes included. */
export function spellingsOf(option: Option): readonly string[] {
  const names = [option.name, ...(option.short ? [option.short] : []), ...(option.aliases ?? [])]
  const twin = option.twin === true ? [twinOf(option)] : []
  return [...names, ...twin].map(name => (name.length === 1 ? `-${name}` : `--${name}`))
}

function twinOf({ name, twinName }: Option): string {
  return twinName ?? `no-${name}`
}

/**
 * @param endsAtWord the reading ends at the first plain word, which is not taken: options before a command
 * @param fail makes what is thrown
 */
export function spellOut(
  options: readonly Option[],
  argv: readonly string[],
  endsAtWord: boolean,
  fail: (fault: OptionFault) => Error,
): SpelledOut {
  return new Speller(options, argv, fail).run(endsAtWord)
}

class Speller {
  private readonly known: ReadonlyMap<string, Spelling>
  private readonly left: string[]
  private readonly fail: (fault: OptionFault) => Error
  private readonly found: string[] = []

  constructor(options: readonly Option[], argv: readonly string[], fail: (fault: OptionFault) => Error) {
    this.known = new Map(
      options.flatMap(option =>
        spellingsOf(option).map(name => [name, { option, negates: name === `--${twinOf(option)}` }] as const),
      ),
    )
    this.left = [...argv]
    this.fail = fail
  }

  run(endsAtWord: boolean): SpelledOut {
    const plain: string[] = []
    for (let word = this.left.shift(); word !== undefined; word = this.left.shift()) {
      if (word === '--') {
        if (endsAtWord) break
        plain.push(...this.left.splice(0))
      } else if (word.startsWith('-') && word !== '-') this.option(word)
      else if (endsAtWord) {
        this.left.unshift(word)
        break
      } else plain.push(word)
    }
    return { options: this.found, plain, rest: this.left }
  }

  private option(word: string): void {
    const equals = word.indexOf('=')
    const name = equals < 0 ? word : word.slice(0, equals)
    const spelling = name.startsWith('--') ? this.known.get(name) : undefined
    if (spelling) this.take(spelling, name, equals < 0 ? undefined : word.slice(equals + 1))
    else if (word.startsWith('--')) throw this.fail({ kind: 'unknown', name })
    else this.shorts(word.slice(1))
  }

  /** `-xq`, `-tdev`, `-xt dev` */
  private shorts(letters: string): void {
    for (let index = 0; index < letters.length; index++) {
      const name = `-${letters[index]}`
      const spelling = this.known.get(name)
      if (!spelling) throw this.fail({ kind: 'unknown', name })
      if (spelling.option.kind === 'switch') {
        this.take(spelling, name, undefined)
        continue
      }
      const value = letters.slice(index + 1)
      this.take(spelling, name, value === '' ? undefined : value)
      return
    }
  }

  private take({ option, negates }: Spelling, name: string, written: string | undefined): void {
    if (option.kind === 'switch') {
      if (written !== undefined) throw this.fail({ kind: 'takes no value', name })
      this.found.push(negates ? `--no-${option.name}` : `--${option.name}`)
      return
    }
    const value = written ?? this.left.shift()
    if (value === undefined) throw this.fail({ kind: 'needs a value', name })
    const values = option.kind === 'list' ? [...value.split(' '), ...this.wordsUpToOption()] : [value]
    // The parser forgets an empty item of a list behind an equals sign.
    for (const one of values) {
      if (one === '' && option.kind === 'list') this.found.push(`--${option.name}`, '')
      else this.found.push(`--${option.name}=${one}`)
    }
  }

  private wordsUpToOption(): string[] {
    const end = this.left.findIndex(word => word.startsWith('-'))
    return this.left.splice(0, end < 0 ? this.left.length : end)
  }
}
