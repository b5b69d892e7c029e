import { describe, expect, test } from 'vitest'
import { eventText, wrapMessage } from '../../src/config/event-text.ts'

describe('messages are wrapped as by dbt', () => {
  test.each([
    [
      'paragraphs become lines',
      80,
      '[WARNING]: Deprecated functionality\n\nThe `log-path` config in `dbt_project.yml` has been deprecated, and will no longer be supported.',
      '[WARNING]: Deprecated functionality\nThe `log-path` config in `dbt_project.yml` has been deprecated, and will no\nlonger be supported.',
    ],
    [
      'a name that is too long breaks the title',
      80,
      '[WARNING][MissingArgumentsPropertyInGenericTestDeprecation]: Deprecated functionality\n\nFound arguments.',
      '[WARNING][MissingArgumentsPropertyInGenericTestDeprecation]: Deprecated\nfunctionality\nFound arguments.',
    ],
    [
      'words longer than a line are cut',
      20,
      'found at `models/a-folder/with-a-long-name.yml` in the file',
      'found at `models/a-f\nolder/with-a-long-na\nme.yml` in the file',
    ],
    [
      'a cut word fills the line that it begins in',
      12,
      'ab xxxxxxxxxxxxxxxxxxxxxxxxx cd',
      'ab xxxxxxxxx\nxxxxxxxxxxxx\nxxxx cd',
    ],
    ['a full line before a long word keeps its blank', 8, 'aaaaaaa bbbbbbbbb c', 'aaaaaaa \nbbbbbbbb\nb c'],
    ['hyphens are no place to break', 12, 'well-known well-known', 'well-known\nwell-known'],
    [
      'blanks inside and in front stay',
      30,
      'Title\n\n        The path has changed.\n        Please update it.\n        ',
      'Title\n        The path has changed.\nPlease update it.',
    ],
    ['lines of one paragraph are joined', 30, 'one\ntwo\n\nthree', 'one two\nthree'],
    ['more than one empty line', 30, 'one\n\n\ntwo\n\n\n\nthree\n   \nfour', 'one\n two\n\nthree\nfour'],
    ['line ends of Windows', 30, 'one\r\n\r\ntwo\n\nthree\r\nfour', 'one\ntwo  three  four'],
    ['tabs are blanks', 12, 'a\tb\t\tc\n\n\td e', 'a       b\nc\n        d e'],
    [
      'a common margin is cut',
      20,
      '    all of it\n      is indented\n    and wraps',
      'all of it   is\nindented and wraps',
    ],
    [
      'letters count, not what they take up',
      10,
      '表の名前が長い 表の名前が長い é 👩🏽 ab',
      '表の名前が長い\n表の名前が長い é\n👩🏽 ab',
    ],
    ['no-break spaces are letters', 8, 'a\u00a0b a\u00a0b a\u00a0b', 'a\u00a0b a\u00a0b\na\u00a0b'],
    [
      'colours count',
      40,
      '[\u001b[33mWARNING\u001b[0m]: Found 3 resources that have blanks in names',
      '[\u001b[33mWARNING\u001b[0m]: Found 3 resources\nthat have blanks in names',
    ],
    ['nothing', 80, '', ''],
  ])('%s', (_, width, message, wrapped) => {
    expect(wrapMessage(message, width)).toBe(wrapped)
  })
})

describe('texts of events', () => {
  const text = '[WARNING]: some long words'

  test('of deprecations are wrapped with their tag', () => {
    expect(eventText({ name: 'ExposureNameDeprecation', code: 'D007' }, text, 15)).toBe('[WARNING]: some\nlong words')
    expect(eventText({ name: 'ProjectFlagsMovedDeprecation', code: 'D013' }, text, 15)).toBe(text)
  })

  test('of other events are wrapped where dbt does, one of them without its tag', () => {
    expect(eventText({ name: 'UnusedResourceConfigPath', code: 'I051' }, text, 15)).toBe(text)
    expect(eventText({ name: 'UnsupportedConstraintMaterialization', code: 'I068' }, text, 15)).toBe(
      '[WARNING]: some\nlong words',
    )
    expect(eventText({ name: 'WrongResourceSchemaFile', code: 'I057' }, text, 15)).toBe('[WARNING]: some long words')
    expect(eventText({ name: 'WrongResourceSchemaFile', code: 'I057' }, text, 10)).toBe('[WARNING]: some long\nwords')
  })
})
