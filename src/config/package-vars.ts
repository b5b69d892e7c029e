/**
 * The variables that a package's templates see. Lowest first: the package's own, those of its own under its name, the
 * root project's, those of the root project under the package's name, the command line's.
 */
import type { VarLookup } from '../context/var-lookup.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { Config } from './config.ts'

/** One lookup per package serves the whole run: a dict or list among the values is the same each time. */
export function packageVars(config: Config, packageName: string): VarLookup {
  const own = config.packages.find(one => one.name === packageName)?.projectFile.vars
  return layeredVars([own, config.projectFile.vars], packageName, config.cliVars)
}

/** The later of `layers` win over the earlier ones. */
export function layeredVars(layers: readonly (PyDict | undefined)[], packageName: string, cliVars: PyDict): VarLookup {
  const levels = layers.flatMap(vars => {
    if (!vars) return []
    const scoped = vars.get(packageName)
    return scoped instanceof PyDict ? [vars, scoped] : [vars]
  })
  const highestFirst = [...levels, cliVars].reverse()
  let everything: PyDict | undefined
  return {
    get(name): Value | undefined {
      for (const level of highestFirst) {
        const value = level.get(name)
        if (value !== undefined) return value
      }
      return undefined
    },
    all() {
      everything ??= PyDict.of([...levels, cliVars].flatMap(level => [...level]))
      return everything
    },
  }
}
