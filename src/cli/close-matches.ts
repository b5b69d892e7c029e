/**
 * The names most like a word that is none of them, best first: what "Did you mean" lists on the command line. Likeness is
 * Ratcliff and Obershelp's: twice the letters in common blocks over all letters, as in Python's difflib.
 */

const least = 0.6
const most = 3

export function closeMatches(word: string, names: Iterable<string>): readonly string[] {
  const scored = [...new Set(names)].map(name => ({ name, score: likeness(name, word) }))
  return scored
    .filter(one => one.score >= least)
    .sort((a, b) => b.score - a.score || (a.name < b.name ? 1 : -1))
    .slice(0, most)
    .map(one => one.name)
}

function likeness(a: string, b: string): number {
  const letters = a.length + b.length
  return letters === 0 ? 1 : (2 * common(a, b)) / letters
}

/** Letters of the longest common block, and of those to its left and right. */
function common(a: string, b: string): number {
  if (a === '' || b === '') return 0
  let size = 0
  let atA = 0
  let atB = 0
  let before: number[] = []
  for (let i = 0; i < a.length; i++) {
    const row: number[] = []
    for (let j = 0; j < b.length; j++) {
      if (a[i] !== b[j]) continue
      const run = (before[j - 1] ?? 0) + 1
      row[j] = run
      if (run > size) {
        size = run
        atA = i - run + 1
        atB = j - run + 1
      }
    }
    before = row
  }
  if (size === 0) return 0
  return size + common(a.slice(0, atA), b.slice(0, atB)) + common(a.slice(atA + size), b.slice(atB + size))
}
