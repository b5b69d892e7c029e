/**
 * XML as the parts of office documents are written: tags, attributes and text in order. Prefixes of names are dropped;
 * comments, declarations and instructions are skipped. It does not check that tags match.
 */

export type XmlPart =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }

const markup =
  /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<[?!][^>]*>|<(\/?)([^\s/>]+)((?:[^>"']|"[^"]*"|'[^']*')*?)(\/?)>|([^<]+)/g
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g

/** An empty element gives an `open` and a `close`. */
export function* xmlParts(xml: string): Generator<XmlPart> {
  for (const [, cdata, slash, fullName, attributes = '', empty, text] of xml.matchAll(markup)) {
    if (text !== undefined) yield { kind: 'text', text: unescapeXml(text) }
    else if (cdata !== undefined) yield { kind: 'text', text: cdata }
    else if (fullName !== undefined) {
      const name = localName(fullName)
      if (slash === '/') yield { kind: 'close', name }
      else {
        yield { kind: 'open', name, attributes: readAttributes(attributes) }
        if (empty === '/') yield { kind: 'close', name }
      }
    }
  }
}

function readAttributes(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(attribute)) {
    found.set(name, unescapeXml(double ?? single ?? ''))
  }
  return found
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

/** Text for an element or an attribute. Characters that XML cannot hold are written as Excel does: `_x0007_`. */
export function escapeXml(text: string): string {
  let escaped = ''
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const replacement = replacementOf(text.charCodeAt(at))
    if (replacement === undefined) continue
    escaped += text.slice(from, at) + replacement
    from = at + 1
  }
  return from === 0 ? text : escaped + text.slice(from)
}

const escapes: ReadonlyMap<number, string> = new Map([
  [0x26, '&amp;'],
  [0x3c, '&lt;'],
  [0x3e, '&gt;'],
  [0x22, '&quot;'],
])

function replacementOf(unit: number): string | undefined {
  const isAllowed = unit === 0x09 || unit === 0x0a || unit === 0x0d || (unit >= 0x20 && unit < 0xfffe)
  if (!isAllowed) return `_x${unit.toString(16).toUpperCase().padStart(4, '0')}_`
  return unit > 0x3e ? undefined : escapes.get(unit)
}
