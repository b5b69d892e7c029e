/**
 * `x ** y` for floats, rounded as the C library rounds it. JavaScript's own power is off in the last digit for many
 * arguments, so it is computed here with whole numbers scaled by a power of two.
 */

const scaleBits = 200n
const one = 1n << scaleBits

/** For a positive finite base and a finite exponent. */
export function preciselyRaised(base: number, exponent: number): number {
  const rough = base ** exponent
  if (rough === 0 || !Number.isFinite(rough) || base === 1 || exponent === 0 || exponent === 1) return rough
  if (exponent === 0.5) return Math.sqrt(base)
  if (rough < 1e-300) return rough
  return toNumber(scaledLog(base), exponent)
}

/** A float as mantissa * 2^exponent with a whole mantissa. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  let mantissa = value
  let exponent = 0
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2
    exponent--
  }
  return { mantissa: BigInt(mantissa), exponent }
}

/** The natural logarithm, scaled. */
function scaledLog(value: number): bigint {
  const { mantissa, exponent } = parts(value)
  const bits = mantissa.toString(2).length
  const fraction = (mantissa << scaleBits) >> BigInt(bits - 1)
  return logOf(fraction) + BigInt(exponent + bits - 1) * logOf2
}

/** By the series of atanh((x - 1) / (x + 1)), for a scaled x from 1 up to 2. */
function logOf(x: bigint): bigint {
  const ratio = ((x - one) << scaleBits) / (x + one)
  const square = (ratio * ratio) >> scaleBits
  let power = ratio
  let sum = 0n
  for (let index = 1n; power !== 0n; index += 2n) {
    sum += power / index
    power = (power * square) >> scaleBits
  }
  return 2n * sum
}

const logOf2 = logOf(2n * one)

/** e to the power log * exponent. */
function toNumber(log: bigint, exponent: number): number {
  const { mantissa, exponent: shift } = parts(Math.abs(exponent))
  let product = log * mantissa
  product = shift < 0 ? product >> BigInt(-shift) : product << BigInt(shift)
  if (exponent < 0) product = -product
  let doublings = product / logOf2
  if (product < 0n) doublings -= 1n
  const rest = product - doublings * logOf2
  let term = one
  let sum = one
  for (let index = 1n; term !== 0n; index++) {
    term = ((term * rest) >> scaleBits) / index
    sum += term
  }
  const kept = 64n
  return Number(sum >> (scaleBits - kept)) * 2 ** -Number(kept) * 2 ** Number(doublings)
}
