/** `ref`, `source`, `metric` and `function`: their arguments, checked before the providers see them. */
import { typeError } from '../template/template-error.ts'
import { fn, type Kwargs, PyFloat, PyFunction, typeName, type Value } from '../template/value.ts'
import type { NodeProviders, RefArguments } from './node-providers.ts'
import { contextError } from './python-object.ts'

export function refFunction(providers: NodeProviders): PyFunction {
  return new RefFunction(providers)
}

/** `ref`; packages reach the run's configuration by its attribute `config`. */
class RefFunction extends PyFunction {
  private readonly providers: NodeProviders

  constructor(providers: NodeProviders) {
    super('ref', (args, kwargs) => providers.ref(refArguments(args, kwargs)))
    this.providers = providers
  }
  override attr(name: string): Value | undefined {
    return name === 'config' ? this.providers.adapter.config() : undefined
  }
}

export function sourceFunction(providers: NodeProviders): PyFunction {
  return fn('source', (args, kwargs) => {
    noNamed('source', kwargs)
    const [source = null, table = null] = args
    if (args.length !== 2) throw wrongArguments(`source() takes exactly two arguments (${args.length} given)`)
    return providers.source(
      textArgument(source, 'The source name (first) argument to source() must be a string'),
      textArgument(table, 'The table name (second) argument to source() must be a string'),
    )
  })
}

export function metricFunction(providers: NodeProviders): PyFunction {
  return fn('metric', args => {
    const { name, packageName } = nameAndPackage('metric', args)
    return providers.metric(name, packageName)
  })
}

export function functionFunction(providers: NodeProviders): PyFunction {
  return fn('function', args => {
    const { name, packageName } = nameAndPackage('function', args)
    return providers.function(name, packageName)
  })
}

function noNamed(what: string, kwargs: Kwargs): void {
  const [first] = kwargs.keys()
  if (first !== undefined) throw typeError(`${what}() got an unexpected keyword argument '${first}'`)
}

/** `ref('m')`, `ref('package', 'm')`, each with `version=` or `v=`. @throws `context/ref-arguments` */
export function refArguments(args: readonly Value[], kwargs: Kwargs): RefArguments {
  const { name, packageName } = nameAndPackage('ref', args)
  return { name, packageName, version: version(kwargs) }
}

/** Python's `kwargs.get('version') or kwargs.get('v')`. */
function version(kwargs: Kwargs): string | number | null {
  const value = kwargs.get('version') || (kwargs.get('v') ?? null)
  if (value === null || typeof value === 'string' || typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof PyFloat) return value.value
  throw wrongArguments(
    `The version argument to ref() must be a string, int, float, or None - got <class '${typeName(value)}'>`,
  )
}

function nameAndPackage(what: string, args: readonly Value[]): { name: string; packageName: string | null } {
  if (args.length !== 1 && args.length !== 2) {
    throw wrongArguments(`${what}() takes at most two arguments (${args.length} given)`)
  }
  const name = textArgument(args.at(-1) ?? null, `The name argument to ${what}() must be a string`)
  const packageName = args.length === 2 ? (args[0] ?? null) : null
  if (packageName === null) return { name, packageName }
  return { name, packageName: textArgument(packageName, `The package argument to ${what}() must be a string or None`) }
}

function textArgument(value: Value, rule: string): string {
  if (typeof value === 'string') return value
  throw wrongArguments(`${rule}, got <class '${typeName(value)}'>`)
}

function wrongArguments(message: string): Error {
  return contextError('context/ref-arguments', message)
}
