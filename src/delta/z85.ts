/** Z85 text (rfc.zeromq.org/spec/32), in which the log writes UUIDs and small deletion vectors. */

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
const values = new Map([...alphabet].map((character, index) => [character, index]))

/** Every five characters are four bytes. The last block may hold fewer bytes, of which `sizeBytes` tells. */
export function decodeZ85(text: string, sizeBytes: number): Uint8Array {
  if (text.length % 5 !== 0) throw new Error(`Z85 text of ${text.length} characters, which is not a multiple of five`)
  const bytes = new Uint8Array((text.length / 5) * 4)
  const view = new DataView(bytes.buffer)
  for (let block = 0; block * 5 < text.length; block++) {
    const part = text.slice(block * 5, block * 5 + 5)
    let value = 0
    for (const character of part) {
      const digit = values.get(character)
      if (digit === undefined) throw new Error(`"${character}" is not a Z85 character`)
      value = value * 85 + digit
    }
    if (value < 2 ** 32) {
      view.setUint32(block * 4, value)
      continue
    }
    const short = shortBlock(part)
    if (short === undefined) throw new Error(`the Z85 block "${part}" is larger than four bytes`)
    bytes.set(short, block * 4)
  }
  if (sizeBytes > bytes.length) throw new Error(`${bytes.length} bytes of Z85 text where ${sizeBytes} are wanted`)
  return bytes.subarray(0, sizeBytes)
}

/**
 * Writers in Rust fill a last block of one to three bytes with leading `#`: the characters behind it are the number made
 * of those bytes. Read as a whole block, the number does not fit four bytes, which is how it is told apart.
 */
function shortBlock(part: string): Uint8Array | undefined {
  const digits = part.replace(/^#+/, '')
  const sizeBytes = digits.length - 1
  if (sizeBytes < 1 || sizeBytes > 3) return undefined
  let value = 0
  for (const character of digits) value = value * 85 + (values.get(character) ?? 0)
  if (value >= 256 ** sizeBytes) return undefined
  const bytes = new Uint8Array(sizeBytes)
  for (let index = sizeBytes - 1; index >= 0; index--) {
    bytes[index] = value % 256
    value = Math.floor(value / 256)
  }
  return bytes
}

/** The UUID that 20 characters of Z85 stand for. */
export function decodeUuid(text: string): string {
  const hex = Buffer.from(decodeZ85(text, 16)).toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
