/** The network, other programs and links of the file system: what `deps` and `debug` need beyond files. */

export interface ProgramResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface OutsideWorld {
  /** Rejects when there is no connection. */
  download(url: string): Promise<{ readonly status: number; readonly bytes: Uint8Array }>
  /** Rejects when the program does not exist. */
  run(command: string, args: readonly string[], folder: string): Promise<ProgramResult>
  /** A new empty folder; absolute. */
  temporaryFolder(): string
  /** False when the system makes no links. */
  link(target: string, path: string): boolean
  /** Makes a folder the working one: DuckDB takes relative paths from there, those of profiles and of SQL alike. */
  enterFolder(path: string): void
  /** Answers HTTP requests by their path until the signal aborts; `undefined` is a 404. */
  serve(
    host: string,
    port: number,
    answer: (path: string) => { readonly type: string; readonly bytes: Uint8Array } | undefined,
    signal: AbortSignal,
    onListening: () => void,
  ): Promise<void>
  /** `Linux-6.1-x64`. */
  readonly system: string
  /** Version of Node, and where it stands. */
  readonly runtime: { readonly version: string; readonly path: string }
}
