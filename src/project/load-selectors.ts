/** `selectors.yml` of the root project. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { dictVars } from '../config/config-names.ts'
import { readSelectors, type WrittenSelector } from '../config/selectors-file.ts'
import { baseNames } from '../context/base-names.ts'
import type { RunFacts } from '../context/run-facts.ts'
import { renderNative } from '../template/template.ts'
import { guarded } from './load-drafts.ts'
import type { ParseWitness } from './parse-witness.ts'

/** Selectors see the variables of the command line alone. */
export const commandLine = '--vars'

export function loadSelectors(
  config: Config,
  facts: RunFacts,
  witness: ParseWitness,
  diagnostics: Diagnostics,
): readonly WrittenSelector[] {
  const rendering = {
    scope: baseNames(witness.facts(facts), { vars: witness.vars(commandLine, dictVars(config.cliVars)) }),
    renderNative: (text: string, scope: ReturnType<typeof baseNames>) => {
      const value = renderNative(text, scope)
      return value instanceof Promise ? text : value
    },
  }
  return guarded(diagnostics, () => readSelectors(config.files, config.projectFolder, rendering, diagnostics)) ?? []
}
