/**
 * DuckDB's background threads, which exist only while statements are large.
 *
 * Waking another thread for a statement of a millisecond and waiting for it costs more than it brings, and takes a core from
 * the templates that are rendered meanwhile. `external_threads` says how many of `threads` DuckDB does not start itself.
 * With all of them external a plan has as many tasks as ever, and the thread that sends the statement runs them all;
 * threads that are started later take over what still waits, of statements under way, too.
 *
 * As many statements as there are cores keep those busy by themselves, each in the order of one thread.
 */
import { availableParallelism } from 'node:os'

/** More than planning takes a statement of a small project, and little beside what a large one takes. */
const patienceMs = 20
/** So many statements in a row that ended within `calmMs` end the threads again: a project of large ones keeps them. */
const calmStatements = 16
const calmMs = 10

/** Statements that the number of threads, or whether it may change, is none of our business after. */
const isAboutThreads = /threads|lock_configuration/i

export interface BackgroundThreadsOptions {
  /** Sends a statement on a connection that nobody else uses. */
  readonly send: (sql: string) => Promise<unknown>
  readonly cores?: number
  /** Monotonic milliseconds. */
  readonly now?: () => number
  /** Calls back once a statement has taken long; returns what keeps it from calling. */
  readonly whenLong?: (callback: () => void) => () => void
}

export class BackgroundThreads {
  private readonly options: BackgroundThreadsOptions
  private exist = true
  /** Others say how many there are. */
  private given = false
  /** They are as DuckDB has them, and stay so. */
  private left = false
  private running = 0
  private large = 0
  private calm = 0
  private last: Promise<void> = Promise.resolve()

  constructor(options: BackgroundThreadsOptions) {
    this.options = options
  }

  /** Ends them until they are wanted. Whoever set their number, or locked it, keeps what they set. */
  manage(settingNames: readonly string[]): void {
    this.given = settingNames.some(name => isAboutThreads.test(name))
    this.left = this.given
    if (!this.given) this.stop()
  }

  /** Runs a statement, with background threads if it turns out to be large. */
  async during<T>(run: () => Promise<T>): Promise<T> {
    if (this.given) return run()
    let isLarge = false
    const now = this.options.now ?? monotonicMs
    const startedAt = now()
    const { cores = availableParallelism(), whenLong = afterPatience } = this.options
    let forget = (): void => {}
    const wait = (): void => {
      forget = whenLong(() => {
        if (this.running >= cores && this.running > 1) return wait()
        isLarge = true
        this.large++
        this.start()
      })
    }
    wait()
    this.running++
    try {
      return await run()
    } finally {
      this.running--
      forget()
      if (isLarge) this.large--
      else if (now() - startedAt < calmMs) this.noteCalm()
      else this.calm = 0
    }
  }

  /** Whether a text may set threads itself: before it is sent, they are to be as DuckDB has them. */
  wantsThemLeft(sql: string): boolean {
    return !this.left && isAboutThreads.test(sql)
  }

  /** Starts them for good. */
  async leave(): Promise<void> {
    this.start()
    this.given = true
    await this.last
    this.left = true
  }

  /** Resolves when nothing is being started or ended. */
  settled(): Promise<void> {
    return this.last
  }

  private noteCalm(): void {
    this.calm++
    if (this.calm >= calmStatements && this.large === 0 && !this.given) this.stop()
  }

  private start(): void {
    this.calm = 0
    if (this.exist) return
    this.exist = true
    this.send('SET external_threads = 1')
  }

  private stop(): void {
    if (!this.exist) return
    this.exist = false
    this.send("SET external_threads = current_setting('threads')")
  }

  private send(sql: string): void {
    const done = (): void => undefined
    this.last = this.last.then(() => this.options.send(sql)).then(done, done)
  }
}

function monotonicMs(): number {
  return performance.now()
}

/** Where this process itself was busy so long, an answer that waits to be read comes first. */
function afterPatience(callback: () => void): () => void {
  let next: NodeJS.Immediate | undefined
  const timer = setTimeout(() => {
    next = setImmediate(callback)
  }, patienceMs)
  return () => {
    clearTimeout(timer)
    clearImmediate(next)
  }
}
