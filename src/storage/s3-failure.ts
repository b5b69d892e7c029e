/** Sorts what can go wrong with a request to S3: what is worth a retry, and what a user can do about the rest. */
import type { DiagnosticCode } from '../base/codes.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { errnoOf } from './file-failure.ts'

/** What an SDK error says, whatever its class. */
export interface S3Failure {
  /** HTTP status; undefined if no answer came. */
  readonly status: number | undefined
  /** The service's or the SDK's name, such as `NoSuchKey`. */
  readonly name: string
  /** The region that the service would have the request go to. */
  readonly region: string | undefined
  readonly message: string
}

export function s3Failure(error: unknown): S3Failure {
  const fields = isRecord(error) ? error : {}
  const metadata = isRecord(fields.$metadata) ? fields.$metadata : {}
  const response = isRecord(fields.$response) ? fields.$response : {}
  const headers = isRecord(response.headers) ? response.headers : {}
  const code = typeof fields.Code === 'string' ? fields.Code : undefined
  return {
    status: typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined,
    name: code ?? errnoOf(error) ?? (typeof fields.name === 'string' ? fields.name : ''),
    message: stringOf(fields.message) ?? '',
    region: stringOf(fields.Region) ?? stringOf(headers['x-amz-bucket-region']),
  }
}

const passing: ReadonlySet<string> = new Set([
  ...['SlowDown', 'RequestTimeout', 'RequestTimeoutException', 'InternalError', 'ServiceUnavailable', 'TimeoutError'],
  ...['Throttling', 'ThrottlingException', 'RequestTimeTooSkewed', 'IncompleteAnswer', 'ConditionalRequestConflict'],
  ...['ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'UND_ERR_SOCKET'],
])

/** The same request may well succeed a moment later. */
export function isPassing(failure: S3Failure): boolean {
  const { status, name } = failure
  if (status === undefined) return passing.has(name)
  // An answer that was good but could not be read was cut short.
  return (status >= 500 && status !== 501) || status === 429 || status === 409 || status < 300 || passing.has(name)
}

/** No answer, or one that leaves open whether the request had its effect. */
export function isUnclear(failure: S3Failure): boolean {
  return failure.status === undefined || failure.status >= 500 || failure.status < 300
}

/** An answer to what was asked rather than trouble: missing, condition not met, range beyond the end. */
export function isAnswer(failure: S3Failure): boolean {
  return failure.status === 412 || failure.status === 416 || isMissingFailure(failure)
}

export function isMissingAnswer(error: unknown): boolean {
  return isMissingFailure(s3Failure(error))
}

/** A HEAD has no body and so no name but the status. */
function isMissingFailure({ status, name }: S3Failure): boolean {
  return status === 404 && name !== 'NoSuchBucket'
}

/** The keys were good once. */
export function isExpired({ name }: S3Failure): boolean {
  return name === 'ExpiredToken' || name === 'ExpiredTokenException' || name === 'TokenRefreshRequired'
}

interface Explanation {
  readonly code: DiagnosticCode
  readonly message: string
  readonly hint?: string
}

/** The diagnostic for a failure that stays. `what` is such as `read "key"`. */
export function s3Diagnostic(error: unknown, store: string, what: string): DiagnosticError {
  if (error instanceof DiagnosticError) return error
  const failure = s3Failure(error)
  return new DiagnosticError({ kind: 'Runtime', cause: error, ...explanation(failure, store, what) })
}

function explanation(failure: S3Failure, store: string, what: string): Explanation {
  const { name, status } = failure
  const could = `"${store}" did not let us ${what}`
  if (name === 'NoSuchBucket') {
    return {
      code: 'storage/no-such-bucket',
      message: `The bucket of "${store}" does not exist`,
      hint: 'Check the name, the endpoint and the region',
    }
  }
  if (isExpired(failure)) {
    return {
      code: 'storage/credentials-expired',
      message: `The credentials for "${store}" have expired`,
      hint: 'Sign in again, for example with `aws sso login`',
    }
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return {
      code: 'storage/no-credentials',
      message: `There are no credentials for "${store}"`,
      hint: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile, or give keys in the settings',
    }
  }
  if (
    name === 'PermanentRedirect' ||
    name === 'AuthorizationHeaderMalformed' ||
    name === 'IllegalLocationConstraintException' ||
    status === 301 ||
    (status === 400 && failure.region !== undefined)
  ) {
    const region = failure.region === undefined ? '' : `: it lies in "${failure.region}"`
    return {
      code: 'storage/wrong-region',
      message: `"${store}" was asked in the wrong region${region}`,
      hint: 'Set the region of the bucket',
    }
  }
  if (name === 'InvalidAccessKeyId' || name === 'SignatureDoesNotMatch' || name === 'InvalidToken') {
    return { code: 'storage/bad-credentials', message: `The credentials for "${store}" are not valid (${name})` }
  }
  if (status === 403 || status === 401) {
    return {
      code: 'storage/access-denied',
      message: `${could}: access denied`,
      hint: 'The credentials need the rights to list, read, write and delete objects there',
    }
  }
  if (status === undefined && failure.message.includes('Region is missing')) {
    return {
      code: 'storage/no-region',
      message: `There is no region for "${store}"`,
      hint: 'Set the region in the settings, in AWS_REGION or in the profile',
    }
  }
  if (status === undefined) {
    return {
      code: 'storage/unreachable',
      message: `"${store}" could not be reached to ${what} (${passing.has(name) ? name : failure.message})`,
      hint: 'Check the endpoint and the network',
    }
  }
  if (status >= 500 || status === 429)
    return { code: 'storage/unavailable', message: `${could}: the service kept answering ${status} ${name}` }
  return { code: 'storage/request-refused', message: `${could}: ${status} ${name}` }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
