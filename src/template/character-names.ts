/**
 * The Unicode names that `\\N{...}` takes. JavaScript knows no names, so these are the ones that are written by hand:
 * letters (with accents), digits, punctuation and signs.
 */

const accents: Readonly<Record<string, string>> = {
  GRAVE: '\u0300',
  ACUTE: '\u0301',
  CIRCUMFLEX: '\u0302',
  TILDE: '\u0303',
  MACRON: '\u0304',
  BREVE: '\u0306',
  'DOT ABOVE': '\u0307',
  DIAERESIS: '\u0308',
  'RING ABOVE': '\u030a',
  'DOUBLE ACUTE': '\u030b',
  CARON: '\u030c',
  CEDILLA: '\u0327',
  OGONEK: '\u0328',
}

const greek =
  'ALPHA BETA GAMMA DELTA EPSILON ZETA ETA THETA IOTA KAPPA LAMDA MU NU XI OMICRON PI RHO FINAL-SIGMA SIGMA TAU UPSILON PHI CHI PSI OMEGA'.split(
    ' ',
  )
const digits = 'ZERO ONE TWO THREE FOUR FIVE SIX SEVEN EIGHT NINE'.split(' ')

const signs: Readonly<Record<string, string>> = {
  SPACE: ' ',
  'NO-BREAK SPACE': '\u00a0',
  'ZERO WIDTH SPACE': '\u200b',
  'ZERO WIDTH NO-BREAK SPACE': '\ufeff',
  'ZERO WIDTH JOINER': '\u200d',
  'SOFT HYPHEN': '\u00ad',
  'EN SPACE': '\u2002',
  'EM SPACE': '\u2003',
  'THIN SPACE': '\u2009',
  'IDEOGRAPHIC SPACE': '\u3000',
  'LINE SEPARATOR': '\u2028',
  'PARAGRAPH SEPARATOR': '\u2029',
  'REPLACEMENT CHARACTER': '\ufffd',
  'EXCLAMATION MARK': '!',
  'QUOTATION MARK': '"',
  APOSTROPHE: "'",
  'NUMBER SIGN': '#',
  'DOLLAR SIGN': '$',
  'PERCENT SIGN': '%',
  AMPERSAND: '&',
  'LEFT PARENTHESIS': '(',
  'RIGHT PARENTHESIS': ')',
  ASTERISK: '*',
  'PLUS SIGN': '+',
  COMMA: ',',
  'HYPHEN-MINUS': '-',
  'FULL STOP': '.',
  SOLIDUS: '/',
  COLON: ':',
  SEMICOLON: ';',
  'LESS-THAN SIGN': '<',
  'EQUALS SIGN': '=',
  'GREATER-THAN SIGN': '>',
  'QUESTION MARK': '?',
  'COMMERCIAL AT': '@',
  'LEFT SQUARE BRACKET': '[',
  'REVERSE SOLIDUS': '\\',
  'RIGHT SQUARE BRACKET': ']',
  'CIRCUMFLEX ACCENT': '^',
  'LOW LINE': '_',
  'GRAVE ACCENT': '`',
  'LEFT CURLY BRACKET': '{',
  'VERTICAL LINE': '|',
  'RIGHT CURLY BRACKET': '}',
  TILDE: '~',
  'EN DASH': '–',
  'EM DASH': '—',
  'HORIZONTAL BAR': '―',
  'NON-BREAKING HYPHEN': '‑',
  'LEFT SINGLE QUOTATION MARK': '‘',
  'RIGHT SINGLE QUOTATION MARK': '’',
  'LEFT DOUBLE QUOTATION MARK': '“',
  'RIGHT DOUBLE QUOTATION MARK': '”',
  BULLET: '•',
  'HORIZONTAL ELLIPSIS': '…',
  'MIDDLE DOT': '·',
  'DEGREE SIGN': '°',
  'PLUS-MINUS SIGN': '±',
  'MULTIPLICATION SIGN': '×',
  'DIVISION SIGN': '÷',
  'MICRO SIGN': 'µ',
  'SECTION SIGN': '§',
  'PILCROW SIGN': '¶',
  'COPYRIGHT SIGN': '©',
  'REGISTERED SIGN': '®',
  'TRADE MARK SIGN': '™',
  'EURO SIGN': '€',
  'POUND SIGN': '£',
  'YEN SIGN': '¥',
  'CENT SIGN': '¢',
  'CURRENCY SIGN': '¤',
  'LEFTWARDS ARROW': '←',
  'UPWARDS ARROW': '↑',
  'RIGHTWARDS ARROW': '→',
  'DOWNWARDS ARROW': '↓',
  'LESS-THAN OR EQUAL TO': '≤',
  'GREATER-THAN OR EQUAL TO': '≥',
  'NOT EQUAL TO': '≠',
  'ALMOST EQUAL TO': '≈',
  INFINITY: '∞',
  'N-ARY SUMMATION': '∑',
  'SQUARE ROOT': '√',
  'MINUS SIGN': '−',
  'CHECK MARK': '✓',
  'HEAVY CHECK MARK': '✔',
  'BALLOT X': '✗',
  'BLACK STAR': '★',
  'WHITE STAR': '☆',
  'BLACK CIRCLE': '●',
  SNOWMAN: '☃',
  'WARNING SIGN': '⚠',
  'GRINNING FACE': '😀',
  'PILE OF POO': '💩',
  'LATIN SMALL LETTER SHARP S': 'ß',
  'LATIN SMALL LETTER AE': 'æ',
  'LATIN CAPITAL LETTER AE': 'Æ',
  'LATIN SMALL LETTER O WITH STROKE': 'ø',
  'LATIN CAPITAL LETTER O WITH STROKE': 'Ø',
}

export function characterNamed(name: string): string | undefined {
  const wanted = name.toUpperCase()
  const sign = signs[wanted]
  if (sign !== undefined) return sign
  const digit = digits.findIndex(one => wanted === `DIGIT ${one}`)
  if (digit !== -1) return String(digit)
  const found = /^(LATIN|GREEK) (SMALL|CAPITAL) LETTER ([A-Z ]+?)(?: WITH ([A-Z ]+))?$/.exec(wanted)
  if (!found) return undefined
  const [, script, size, letter = '', accent] = found
  const small = script === 'LATIN' ? (/^[A-Z]$/.test(letter) ? letter.toLowerCase() : undefined) : greekLetter(letter)
  if (small === undefined) return undefined
  const base = size === 'CAPITAL' ? small.toUpperCase() : small
  if (accent === undefined) return base
  const mark = accents[accent]
  const whole = mark === undefined ? '' : (base + mark).normalize('NFC')
  return whole.length === 1 ? whole : undefined
}

function greekLetter(name: string): string | undefined {
  const index = greek.indexOf(name === 'LAMBDA' ? 'LAMDA' : name.replace('FINAL SIGMA', 'FINAL-SIGMA'))
  return index === -1 ? undefined : String.fromCodePoint(0x3b1 + index)
}
