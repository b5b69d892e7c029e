/** The names of time zones that the JavaScript engine takes, older ones included. */

const usNames =
  'Alaska Aleutian Arizona Central East-Indiana Eastern Hawaii Indiana-Starke Michigan Mountain Pacific Samoa'
const canadianNames = 'Atlantic Central Eastern Mountain Newfoundland Pacific Saskatchewan Yukon'
const topNames =
  'CET EET EST EST5EDT CST6CDT GB GMT HST Japan MET MST MST7MDT PRC PST8PDT ROC ROK Singapore Turkey UCT W-SU WET Zulu'

/** Names that the engine takes but does not list. */
const olderNames: readonly string[] = [
  ...usNames.split(' ').map(name => `US/${name}`),
  ...canadianNames.split(' ').map(name => `Canada/${name}`),
  ...topNames.split(' '),
  ...['Asia/Kolkata', 'Asia/Ho_Chi_Minh', 'Etc/UTC', 'UTC'],
]

let listedZones: readonly string[] | undefined

/** In order; the same list every time. */
export function zoneNames(): readonly string[] {
  listedZones ??= [...new Set([...Intl.supportedValuesOf('timeZone'), ...olderNames])].toSorted()
  return listedZones
}

/**
 * The zone's name as it is listed, from that name in any case; `undefined` when there is no such zone. The engine takes
 * more names than it lists, and gives back those it is asked with.
 */
export function canonicalZoneName(name: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return undefined
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
  } catch {
    return undefined
  }
  const listed = zoneNames().find(one => one.toLowerCase() === name.toLowerCase())
  return listed ?? name
}
