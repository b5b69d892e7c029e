#!/usr/bin/env node
/**
 * The program `eider`. Answers `--version` at once; everything else is in `cli/`, loaded when it is needed.
 */
import packageJson from '../package.json' with { type: 'json' }
import { prepareToLoad } from './cli/v8-settings.ts'
import { loadCached } from './load-cached.ts'

const { version } = packageJson
const [first, ...others] = process.argv.slice(2)
if (others.length === 0 && (first === '--version' || first === '-V' || first === '-v')) {
  process.stdout.write(`eider ${version}\n`)
} else {
  prepareToLoad()
  const { runProcess } = loadCached(new URL('./program.js', import.meta.url)) as typeof import('./cli/run-process.ts')
  void runProcess(version)
}
