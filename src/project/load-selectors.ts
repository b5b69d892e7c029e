/** `selectors.yml` of the root project. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { dictVars } from '../config/config-names.ts'
import { readSelectors } from '../config/selectors-file.ts'
import { baseNames } from '../context/base-names.ts'
import type { RunFacts } from '../context/run-facts.ts'
import { renderNative } from '../template/template.ts'
import { guarded } from './load-drafts.ts'
import type { SelectorDefinition } from './project.ts'

export function loadSelectors(
  config: Config,
  facts: RunFacts,
  diagnostics: Diagnostics,
): readonly SelectorDefinition[] {
  const rendering = {
    scope: baseNames(facts, { vars: dictVars(config.cliVars) }),
    renderNative: (text: string, scope: ReturnType<typeof baseNames>) => {
      const value = renderNative(text, scope)
      return value instanceof Promise ? text : value
    },
  }
  return guarded(diagnostics, () => readSelectors(config.files, config.projectFolder, rendering, diagnostics)) ?? []
}
