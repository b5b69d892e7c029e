/** What Python's own module gives, recorded from dbt's Jinja environment. */
import { describe, expect, test } from 'vitest'
import { DiagnosticError } from '../../../src/base/diagnostic.ts'
import { renderBase } from '../rendering.ts'

describe('modules.datetime', () => {
  test.each([
    ['{{ modules.datetime.date(2024,2,29) + modules.datetime.timedelta(days=366) }}', '2025-03-01'],
    ['{{ modules.datetime.date(2024,2,29).replace(month=3) }}', '2024-03-29'],
    [
      '{{ [modules.datetime.date(2024,1,2), modules.datetime.datetime(2024,1,2,3,4,5,6), modules.datetime.time(1,2), modules.datetime.timedelta(1,2,3)] }}',
      '[datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5, 6), datetime.time(1, 2), datetime.timedelta(days=1, seconds=2, microseconds=3)]',
    ],
    [
      "{{ modules.datetime.datetime(2024,1,2,3,4,5).isoformat() }} {{ modules.datetime.datetime(2024,1,2,3,4,5,7).isoformat(' ', 'milliseconds') }} {{ modules.datetime.datetime(2024,1,2).isoformat(timespec='hours') }}",
      '2024-01-02T03:04:05 2024-01-02 03:04:05.000 2024-01-02T00',
    ],
    [
      "{{ modules.datetime.datetime.strptime('2024-03-01 10:11:12.5', '%Y-%m-%d %H:%M:%S.%f') }}",
      '2024-03-01 10:11:12.500000',
    ],
    ["{{ modules.datetime.datetime.strptime('01/Feb/24 3PM', '%d/%b/%y %I%p') }}", '2024-02-01 15:00:00'],
    [
      "{{ modules.datetime.datetime.strptime('2024-03-01T10:00:00+0530', '%Y-%m-%dT%H:%M:%S%z') }}",
      '2024-03-01 10:00:00+05:30',
    ],
    [
      "{{ modules.datetime.datetime.strptime('2024-03-01T10:00:00Z', '%Y-%m-%dT%H:%M:%S%z') | string }}",
      '2024-03-01 10:00:00+00:00',
    ],
    ["{{ modules.datetime.datetime.strptime('2024 060', '%Y %j') }}", '2024-02-29 00:00:00'],
    [
      "{{ modules.datetime.datetime.strptime('2024 9 1', '%Y %W %w') }} {{ modules.datetime.datetime.strptime('2024 9 1', '%G %V %u') }}",
      '2024-02-26 00:00:00 2024-02-26 00:00:00',
    ],
    [
      "{{ modules.datetime.datetime.fromisoformat('2024-01-02T03:04:05.123+05:30') }} {{ modules.datetime.datetime.fromisoformat('20240102T0304') }} {{ modules.datetime.datetime.fromisoformat('2024-W01-2') }}",
      '2024-01-02 03:04:05.123000+05:30 2024-01-02 03:04:00 2024-01-02 00:00:00',
    ],
    [
      "{{ modules.datetime.date.fromisoformat('2024-01-02') }} {{ modules.datetime.time.fromisoformat('03:04:05.5') }}",
      '2024-01-02 03:04:05.500000',
    ],
    [
      "{{ modules.datetime.datetime(2024,1,2,3,4,5).strftime('%Y %y %m %d %H %I %M %S %p %j %U %W %w %a %A %b %B %f %% %G %V %u %D %F %T %R %e %k %l %C %h %n|%t|%c|%x|%X|%-d|%-m|%_d|%^a|%P|%r|%g') }}",
      '2024 24 01 02 03 03 04 05 AM 002 00 01 2 Tue Tuesday Jan January 000000 % 2024 01 2 01/02/24 2024-01-02 03:04:05 03:04  2  3  3 20 Jan \n|\t|Tue Jan  2 03:04:05 2024|01/02/24|03:04:05|2|1| 2|TUE|am|03:04:05 AM|24',
    ],
    ["{{ modules.datetime.datetime(2024,1,2).strftime('%z|%Z|%q') }}", '||%q'],
    [
      '{{ modules.datetime.datetime(2024,12,30).isocalendar()[0] }} {{ modules.datetime.datetime(2024,12,30).isocalendar()[1] }} {{ modules.datetime.date(2024,12,30).isocalendar().week }}',
      '2025 1 1',
    ],
    [
      '{{ modules.datetime.datetime(2024,1,2).weekday() }} {{ modules.datetime.datetime(2024,1,2).isoweekday() }} {{ modules.datetime.datetime(2024,1,2).toordinal() }} {{ modules.datetime.date.fromordinal(738887) }}',
      '1 2 738887 2024-01-02',
    ],
    [
      '{{ modules.datetime.datetime(2024,1,2) - modules.datetime.datetime(2023,1,1) }} {{ (modules.datetime.datetime(2024,1,2) - modules.datetime.datetime(2023,1,1)).days }} {{ (modules.datetime.datetime(2024,1,2,5) - modules.datetime.datetime(2024,1,1)).total_seconds() }}',
      '366 days, 0:00:00 366 104400.0',
    ],
    [
      '{{ modules.datetime.timedelta(days=-1, seconds=5) }} {{ modules.datetime.timedelta(hours=1.5) }} {{ modules.datetime.timedelta(weeks=1) * 2 }} {{ modules.datetime.timedelta(1) / 3 }} {{ modules.datetime.timedelta(1) // 7 }} {{ modules.datetime.timedelta(1) / modules.datetime.timedelta(hours=1) }} {{ -modules.datetime.timedelta(1) }} {{ modules.datetime.timedelta(1) % modules.datetime.timedelta(hours=5) }} {{ modules.datetime.timedelta(microseconds=1.5) }} {{ modules.datetime.timedelta(1) * 0.1 }}',
      '-1 day, 0:00:05 1:30:00 14 days, 0:00:00 8:00:00 3:25:42.857142 24.0 -1 day, 0:00:00 4:00:00 0:00:00.000002 2:24:00',
    ],
    [
      '{{ modules.datetime.timedelta(1) > modules.datetime.timedelta(hours=23) }} {{ modules.datetime.date(2024,1,1) < modules.datetime.date(2024,1,2) }} {{ modules.datetime.date(2024,1,1) == modules.datetime.datetime(2024,1,1) }}',
      'True True False',
    ],
    [
      '{{ modules.datetime.datetime.min }} {{ modules.datetime.datetime.max }} {{ modules.datetime.date.max }} {{ modules.datetime.time.max }} {{ modules.datetime.timedelta.max }} {{ modules.datetime.datetime.resolution }}',
      '0001-01-01 00:00:00 9999-12-31 23:59:59.999999 9999-12-31 23:59:59.999999 999999999 days, 23:59:59.999999 0:00:00.000001',
    ],
    [
      '{{ modules.datetime.datetime(2024,1,2).ctime() }} {{ modules.datetime.date(2024,1,2).timetuple()[7] }} {{ modules.datetime.datetime(2024,1,2).timetuple().tm_wday }}',
      'Tue Jan  2 00:00:00 2024 2 1',
    ],
    [
      "{{ '{:%Y-%m}'.format(modules.datetime.datetime(2024,1,2)) }} {{ '{}'.format(modules.datetime.date(2024,1,2)) }} {{ '%s' % modules.datetime.date(2024,1,2) }}",
      '2024-01 2024-01-02 2024-01-02',
    ],
    [
      '{{ modules.datetime.timezone }}|{{ modules.datetime.tzinfo }}|{{ modules.datetime.nope }}',
      "|<class 'datetime.tzinfo'>|",
    ],
    [
      '{{ modules.datetime.datetime }} {{ modules.datetime.date }} {{ modules.datetime.timedelta }}',
      "<class 'datetime.datetime'> <class 'datetime.date'> <class 'datetime.timedelta'>",
    ],
    [
      '{{ modules.datetime.datetime(2024,1,2).date() == modules.datetime.date(2024,1,2) }} {{ {modules.datetime.date(2024,1,2): 1} }} {{ modules.datetime.date(2024,1,2) in [modules.datetime.date(2024,1,2)] }}',
      'True {datetime.date(2024, 1, 2): 1} True',
    ],
    [
      '{{ [modules.datetime.date(2024,3,1), modules.datetime.date(2024,1,1)] | sort | first }} {{ [modules.datetime.date(2024,3,1), modules.datetime.date(2024,1,1)] | max }}',
      '2024-01-01 2024-03-01',
    ],
    [
      "{{ toyaml({'d': modules.datetime.date(2024,1,2), 't': modules.datetime.datetime(2024,1,2,3,4,5)}) }}{{ toyaml((1,2)) }}{{ toyaml(1.0) }}{{ toyaml(1e30) }}",
      'd: 2024-01-02\nt: 2024-01-02 03:04:05\n- 1\n- 2\n1.0\n...\n1.0e+30\n...\n',
    ],
    [
      "{{ modules.datetime.date(2024, 1, 2) ~ '' }} {{ modules.datetime.date(2024,1,2) | string | length }} {{ modules.datetime.date(2024,1,2).year }} {{ modules.datetime.time(5,6,7).minute }} {{ modules.datetime.time(5,6,7,8).isoformat() }} {{ modules.datetime.time(5,6).strftime('%H-%M %Y') }}",
      '2024-01-02 10 2024 6 05:06:07.000008 05-06 1900',
    ],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
  test.each([
    ['{{ modules.datetime.date(2024,13,1) }}'],
    ['{{ modules.datetime.date(2024,2,30) }}'],
    ["{{ modules.datetime.datetime.strptime('x', '%Y') }}"],
    ["{{ modules.datetime.datetime.strptime('2024x', '%Y') }}"],
    ["{{ modules.datetime.datetime.strptime('2024', '%Q') }}"],
    ["{{ modules.datetime.datetime.fromisoformat('nope') }}"],
    ['{{ modules.datetime.date(2024,1,1) < modules.datetime.datetime(2024,1,1) }}'],
    ['{{ modules.datetime.datetime.max + modules.datetime.timedelta(1) }}'],
    ["{{ tojson({'a': modules.datetime.date(2024,1,1)}) }}"],
    ["{{ modules.datetime.timedelta(days=1, hours=2).seconds }} {{ modules.datetime.timedelta('x') }}"],
    ['{{ modules.datetime.date() }}'],
    ['{{ modules.datetime.datetime(2024,1,2, tzinfo=5) }}'],
    ['{{ modules.datetime.date(2024, 1, 2) + 5 }}'],
    ['{{ modules.datetime.datetime(2024,1,2).strftime(5) }}'],
    [
      '{{ modules.datetime.datetime(2024,1,2).replace(day=5, hour=4) }} {{ modules.datetime.datetime(2024,1,2,3).time() }} {{ modules.datetime.datetime(2024,1,2,3).timetz() }} {{ modules.datetime.datetime(2024,1,2) | tojson }}',
    ],
  ])('%s raises', async template => {
    await expect(renderBase(template)).rejects.toThrow(DiagnosticError)
  })
})
