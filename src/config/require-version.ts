/** `require-dbt-version` of a project against the version of dbt whose behaviour this program keeps. */
import { dbtVersion } from '../base/dbt-version.ts'
import type { Diagnostics } from '../base/diagnostic.ts'
import { placeAt } from '../base/source-file.ts'
import type { ProjectFile } from './project-file.ts'
import { combineBounds, parseVersion, versionText } from './version-range.ts'

/** Faults in the specifiers are always told; whether they allow the version only when `checked`. */
export function checkRequiredVersion(project: ProjectFile, checked: boolean, diagnostics: Diagnostics): void {
  const { file, name, requireDbtVersion } = project
  const found = file.text.search(/^require-dbt-version/m)
  const at = placeAt(file, Math.max(found, 0))
  const bounds = requireDbtVersion.flatMap(one => {
    const bound = parseVersion(one)
    if (bound) return [bound]
    diagnostics.add({
      code: 'config/bad-project-file',
      kind: 'Runtime',
      message: `"${one}" is not a valid semantic version.`,
      at,
    })
    return []
  })
  if (!checked || bounds.length === 0) return
  const wanted = `[${bounds.map(bound => `'${versionText(bound)}'`).join(', ')}]`
  const advice = `Check for a different version of the '${name}' package, or run dbt again with --no-version-check`
  const report = (message: string): void =>
    diagnostics.add({ code: 'config/version-mismatch', kind: 'Runtime', message, at })
  if (!combineBounds(bounds)) {
    report(
      `The package version requirement can never be satisfied for the '${name}' package.\n` +
        `  Required versions of dbt for '${name}': ${wanted}\n${advice}`,
    )
    return
  }
  const installed = parseVersion(dbtVersion)
  if (!installed || combineBounds([installed, ...bounds])) return
  report(
    `This version of dbt is not supported with the '${name}' package.\n  Installed version of dbt: =${dbtVersion}\n` +
      `  Required version of dbt for '${name}': ${wanted}\n${advice}`,
  )
}
