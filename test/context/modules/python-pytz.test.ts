/** What Python's own module gives, recorded from dbt's Jinja environment. */
import { describe, expect, test } from 'vitest'
import { DiagnosticError } from '../../../src/base/diagnostic.ts'
import { renderBase } from '../rendering.ts'

describe('modules.pytz', () => {
  test.each([
    [
      "{{ modules.pytz.timezone('US/Eastern') }} {{ modules.pytz.utc }} {{ [modules.pytz.utc] }} {{ modules.pytz.timezone('US/Eastern').zone }} {{ modules.pytz.timezone('utc') }} {{ modules.pytz.timezone('UTC').zone }}",
      'US/Eastern UTC [<UTC>] US/Eastern UTC UTC',
    ],
    ["{{ [modules.pytz.timezone('US/Eastern')] }}", "[<DstTzInfo 'US/Eastern' LMT-1 day, 19:04:00 STD>]"],
    [
      "{{ [modules.pytz.timezone('Europe/Berlin')] }} {{ [modules.pytz.timezone('Asia/Kolkata')] }}",
      "[<DstTzInfo 'Europe/Berlin' LMT+0:53:00 STD>] [<DstTzInfo 'Asia/Kolkata' LMT+5:53:00 STD>]",
    ],
    [
      "{{ modules.datetime.datetime(2024,1,2,tzinfo=modules.pytz.timezone('US/Eastern')) }}",
      '2024-01-02 00:00:00-04:56',
    ],
    [
      "{{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,3,10,2,30)) }} {{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,11,3,1,30)) }} {{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,11,3,1,30), is_dst=true) }} {{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,3,10,2,30), is_dst=true) }}",
      '2024-03-10 02:30:00-05:00 2024-11-03 01:30:00-05:00 2024-11-03 01:30:00-04:00 2024-03-10 02:30:00-04:00',
    ],
    [
      "{{ modules.pytz.timezone('US/Eastern').normalize(modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,3,10,1,30)) + modules.datetime.timedelta(hours=1)) }}",
      '2024-03-10 03:30:00-04:00',
    ],
    [
      "{{ modules.pytz.timezone('Europe/Berlin').localize(modules.datetime.datetime(2024,7,2)).strftime('%Z %z') }} {{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,7,2)).strftime('%Z %z') }} {{ modules.pytz.timezone('Asia/Tokyo').localize(modules.datetime.datetime(2024,7,2)).tzname() }} {{ modules.pytz.timezone('America/Sao_Paulo').localize(modules.datetime.datetime(2024,7,2)).tzname() }} {{ modules.pytz.timezone('Australia/Sydney').localize(modules.datetime.datetime(2024,1,2)).tzname() }} {{ modules.pytz.timezone('Europe/London').localize(modules.datetime.datetime(2024,7,2)).tzname() }} {{ modules.pytz.timezone('Asia/Kolkata').localize(modules.datetime.datetime(2024,7,2)).tzname() }}",
      'CEST +0200 EDT -0400 JST -03 AEDT BST IST',
    ],
    [
      "{{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,7,2)).dst() }} {{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,7,2)).utcoffset() }} {{ modules.pytz.utc.localize(modules.datetime.datetime(2024,7,2)).utcoffset() }}",
      '1:00:00 -1 day, 20:00:00 0:00:00',
    ],
    [
      "{{ [modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,7,2))] }}",
      "[datetime.datetime(2024, 7, 2, 0, 0, tzinfo=<DstTzInfo 'US/Eastern' EDT-1 day, 20:00:00 DST>)]",
    ],
    [
      '{{ [modules.pytz.utc.localize(modules.datetime.datetime(2024,7,2))] }}',
      '[datetime.datetime(2024, 7, 2, 0, 0, tzinfo=<UTC>)]',
    ],
    [
      '{{ modules.pytz.FixedOffset(90) }} {{ modules.datetime.datetime(2024,1,2,tzinfo=modules.pytz.FixedOffset(90)) }} {{ modules.pytz.FixedOffset(0) }}',
      'pytz.FixedOffset(90) 2024-01-02 00:00:00+01:30 UTC',
    ],
    [
      "{{ modules.pytz.utc.localize(modules.datetime.datetime(2024,7,2)) - modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,7,2)) }}",
      '-1 day, 20:00:00',
    ],
    [
      "{{ modules.pytz.all_timezones | length > 300 }} {{ 'US/Eastern' in modules.pytz.all_timezones }} {{ 'America/New_York' in modules.pytz.common_timezones_set }}",
      'True True True',
    ],
    [
      '{{ modules.datetime.datetime(2024,7,2).replace(tzinfo=modules.pytz.utc).replace(tzinfo=none) }}',
      '2024-07-02 00:00:00',
    ],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
  test.each([
    ['{{ modules.datetime.datetime(2024,1,1) < modules.pytz.utc.localize(modules.datetime.datetime(2024,1,1)) }}'],
    ["{{ modules.pytz.timezone('nope/zone') }}"],
    ["{{ modules.pytz.timezone('US/Eastern').localize(modules.datetime.datetime(2024,11,3,1,30), is_dst=none) }}"],
    ['{{ modules.pytz.utc.localize(modules.pytz.utc.localize(modules.datetime.datetime(2024,7,2))) }}'],
  ])('%s raises', async template => {
    await expect(renderBase(template)).rejects.toThrow(DiagnosticError)
  })
})
