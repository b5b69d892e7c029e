/**
 * What a profile and the environment say about S3, as one pure function of a URL. dbt-duckdb hands these keys to DuckDB's
 * httpfs extension; here they become settings of our own client, so that profiles need no change and no extension is loaded.
 */
import type { DuckdbSettings, SecretSetting, SettingRecord, SettingValue } from '../adapter/settings.ts'
import type { S3Settings } from '../storage/s3-connection.ts'

export interface S3Access {
  /** Settings for the bucket of a URL such as `s3://bucket/key`; `options` (a source's `storage_options`) win. */
  settingsFor(url: string, options?: Readonly<Record<string, string>>): S3Settings
}

export interface S3Surroundings {
  readonly environment: Readonly<Record<string, string>>
  /** There are files such as `~/.aws/credentials`. */
  readonly hasAwsFiles: boolean
}

/** What is known of one secret, or of the settings taken together; a key that is missing is taken from the next source. */
interface Facts {
  readonly keyId?: string
  readonly secret?: string
  readonly sessionToken?: string
  readonly region?: string
  readonly endpoint?: string
  readonly urlStyle?: string
  readonly useSsl?: boolean
  readonly profile?: string
  /** The usual chain of the SDK is asked for. */
  readonly chain?: boolean
  readonly singleWriter?: boolean
  readonly checksums?: boolean
}

const s3Url = /^s3[an]?:\/\//i

export function isS3Url(text: string): boolean {
  return s3Url.test(text)
}

/** Bucket and key of a URL; the key is empty for the bucket itself. */
export function partsOfUrl(url: string): { readonly bucket: string; readonly key: string } {
  const rest = url.replace(s3Url, '')
  const slash = rest.indexOf('/')
  return slash === -1 ? { bucket: rest, key: '' } : { bucket: rest.slice(0, slash), key: rest.slice(slash + 1) }
}

/** DuckDB's order: the secret with the longest scope that the URL begins with, then `s3_…` settings, then the environment. */
export function s3Access(settings: DuckdbSettings, surroundings: S3Surroundings): S3Access {
  const { environment } = surroundings
  const secrets = settings.secrets.filter(isS3Secret)
  const set = factsOfSettings({ ...settings.configOptions, ...settings.settings })
  return {
    settingsFor(url, options = {}) {
      const secret = secretFor(secrets, url)
      const given = factsOfStorageOptions(options)
      const facts = { ...(secret === undefined ? set : factsOfSecret(secret)), ...given }
      const endpoint = endpointUrl(facts) ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL
      const region = facts.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION
      const credentials = credentialsOf(facts, secret !== undefined, surroundings)
      return {
        bucket: partsOfUrl(url).bucket,
        ...(endpoint !== undefined && { endpoint }),
        region: region ?? 'us-east-1',
        ...(facts.urlStyle !== undefined && { pathStyle: facts.urlStyle.toLowerCase() === 'path' }),
        ...(facts.profile !== undefined && { profile: facts.profile }),
        ...(credentials !== undefined && { credentials }),
        ...(facts.singleWriter === true && { singleWriter: true }),
        ...(facts.checksums === false && { checksums: false }),
      }
    },
  }
}

/** `undefined` means the usual chain of the SDK, which refreshes what runs out. */
function credentialsOf(
  facts: Facts,
  fromSecret: boolean,
  { environment, hasAwsFiles }: S3Surroundings,
): S3Settings['credentials'] | undefined {
  const { keyId, secret, sessionToken } = facts
  if (keyId !== undefined && keyId !== '' && secret !== undefined) return pair(keyId, secret, sessionToken)
  if (facts.chain === true || facts.profile !== undefined) return undefined
  if (fromSecret) return 'anonymous'
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY) {
    return pair(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)
  }
  const hasChain = hasAwsFiles || chainVariables.some(name => environment[name] !== undefined)
  return hasChain ? undefined : 'anonymous'
}

function pair(
  accessKeyId: string,
  secretAccessKey: string,
  sessionToken: string | undefined,
): S3Settings['credentials'] {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

const chainVariables = [
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
]

export function isS3Secret(secret: SecretSetting): boolean {
  return secret.type.toLowerCase() === 's3'
}

/** A setting of DuckDB that only its httpfs extension knows. */
export function isS3Setting(name: string): boolean {
  return /^s3_/i.test(name)
}

function secretFor(secrets: readonly SecretSetting[], url: string): SecretSetting | undefined {
  const plain = url.replace(s3Url, 's3://')
  let best: { readonly secret: SecretSetting; readonly length: number } | undefined
  for (const secret of secrets) {
    const scopes = [secret.scope ?? 's3://'].flat()
    const lengths = scopes.filter(scope => plain.startsWith(scope.replace(s3Url, 's3://'))).map(scope => scope.length)
    const length = Math.max(-1, ...lengths)
    if (length > (best?.length ?? -1)) best = { secret, length }
  }
  return best?.secret
}

function factsOfSecret({ provider, fields }: SecretSetting): Facts {
  const get = reader(fields)
  return compact({
    keyId: get('key_id', 'access_key_id'),
    secret: get('secret', 'secret_access_key'),
    sessionToken: get('session_token'),
    region: get('region'),
    endpoint: get('endpoint'),
    urlStyle: get('url_style'),
    useSsl: flag(get('use_ssl')),
    profile: get('profile'),
    chain: provider?.toLowerCase() === 'credential_chain' ? true : undefined,
    singleWriter: flag(get('single_writer')),
    checksums: flag(get('checksums')),
  })
}

function factsOfSettings(settings: SettingRecord): Facts {
  const get = reader(settings)
  return compact({
    keyId: get('s3_access_key_id'),
    secret: get('s3_secret_access_key'),
    sessionToken: get('s3_session_token'),
    region: get('s3_region'),
    endpoint: get('s3_endpoint'),
    urlStyle: get('s3_url_style'),
    useSsl: flag(get('s3_use_ssl')),
    singleWriter: flag(get('s3_single_writer')),
    checksums: flag(get('s3_checksums')),
  })
}

/** The keys that delta-rs and its object store know, in either case. */
function factsOfStorageOptions(options: Readonly<Record<string, string>>): Facts {
  const get = reader(Object.fromEntries(Object.entries(options).map(([key, value]) => [key.toLowerCase(), value])))
  const virtual = flag(get('aws_virtual_hosted_style_request', 'virtual_hosted_style_request'))
  return compact({
    keyId: get('aws_access_key_id', 'access_key_id'),
    secret: get('aws_secret_access_key', 'secret_access_key'),
    sessionToken: get('aws_session_token', 'session_token', 'aws_token', 'token'),
    region: get('aws_region', 'region', 'aws_default_region', 'default_region'),
    endpoint: get('aws_endpoint_url', 'aws_endpoint', 'endpoint_url', 'endpoint'),
    urlStyle: virtual === undefined ? undefined : virtual ? 'vhost' : 'path',
    singleWriter: flag(get('aws_s3_allow_unsafe_rename')),
  })
}

function reader(fields: SettingRecord): (...names: readonly string[]) => string | undefined {
  const known = new Map(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]))
  return (...names) => {
    const found: SettingValue | undefined = names.map(name => known.get(name)).find(value => value != null)
    return found === undefined || found === null || typeof found === 'object' ? undefined : String(found)
  }
}

function flag(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : !/^(?:false|0|no|off)$/i.test(text)
}

/** DuckDB takes `host:port`; a scheme is only implied there. */
function endpointUrl({ endpoint, useSsl }: Facts): string | undefined {
  if (endpoint === undefined || endpoint === '') return undefined
  if (/^https?:\/\//i.test(endpoint)) return endpoint
  // DuckDB's default, which is no endpoint of its own: the region decides.
  if (endpoint === 's3.amazonaws.com') return undefined
  return `${useSsl === false ? 'http' : 'https'}://${endpoint}`
}

function compact(facts: { readonly [K in keyof Facts]: Facts[K] | undefined }): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts
}
