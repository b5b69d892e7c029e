/** What Python's own module gives, recorded from dbt's Jinja environment. */
import { describe, expect, test } from 'vitest'
import { DiagnosticError } from '../../../src/base/diagnostic.ts'
import { renderBase } from '../rendering.ts'

describe('modules.re', () => {
  test.each([
    [
      "{{ modules.re.sub('a(b)?', '<\\\\1>', 'ab a') }} {{ modules.re.sub('(?P<x>a)', '[\\\\g<x>\\\\g<1>\\\\g<0>]', 'banana') }} {{ modules.re.sub('x*', '-', 'abxd') }}",
      '<b> <> b[aaa]n[aaa]n[aaa] -a-b--d-',
    ],
    [
      "{{ modules.re.sub('a', '\\\\n', 'a') }} {{ modules.re.sub('a', 'b', 'aaa', 2) }} {{ modules.re.sub('A', 'b', 'aaa', flags=modules.re.I) }} {{ modules.re.subn('a', 'b', 'aaa') }}",
      "\n bba bbb ('bbb', 3)",
    ],
    [
      "{{ modules.re.split('[,;] ?', 'a, b;c') }} {{ modules.re.split('(,)', 'a,b') }} {{ modules.re.split('x*', 'axbc') }} {{ modules.re.split(',', 'a,b,c', 1) }} {{ modules.re.split('(a)|b', 'xby') }}",
      "['a', 'b', 'c'] ['a', ',', 'b'] ['', 'a', '', 'b', 'c', ''] ['a', 'b,c'] ['x', None, 'y']",
    ],
    [
      "{{ modules.re.findall('\\\\d+', 'a1b22') }} {{ modules.re.findall('(a)(b)?', 'ab a') }} {{ modules.re.findall('(a)', 'aa') }} {{ modules.re.findall('\\\\w+', 'héllo wörld_1') }}",
      "['1', '22'] [('a', 'b'), ('a', '')] ['a', 'a'] ['héllo', 'wörld_1']",
    ],
    [
      "{{ modules.re.match('b', 'ab') }} {{ modules.re.match('a', 'ab') }} {{ modules.re.search('b', 'ab') }} {{ modules.re.fullmatch('a|ab', 'ab') }} {{ modules.re.search('b', 'ab').span() }} {{ modules.re.search('é', '😀é').start() }}",
      "None <re.Match object; span=(0, 1), match='a'> <re.Match object; span=(1, 2), match='b'> <re.Match object; span=(0, 2), match='ab'> (1, 2) 1",
    ],
    [
      "{% set m = modules.re.match('(?P<y>\\\\d{4})-(?P<m>\\\\d\\\\d)(x)?', '2024-05') %}{{ m.group() }} {{ m.group(1) }} {{ m.group('m') }} {{ m.groups() }} {{ m.groups('z') }} {{ m.groupdict() }} {{ m['y'] }} {{ m[0] }} {{ m.group(1,2) }} {{ m.lastindex }} {{ m.lastgroup }} {{ m.end(1) }} {{ m.start(3) }} {{ m.expand('\\\\1/\\\\2') }} {{ m.string }} {{ m.re.pattern }} {{ m.re.groups }} {{ m.re.groupindex }}",
      "2024-05 2024 05 ('2024', '05', None) ('2024', '05', 'z') {'y': '2024', 'm': '05'} 2024 2024-05 ('2024', '05') 2 m 4 -1 2024/05 2024-05 (?P<y>\\d{4})-(?P<m>\\d\\d)(x)? 3 {'y': 1, 'm': 2}",
    ],
    ["{{ modules.re.search('a', 'xxa') is not none }} {{ modules.re.sub('a', 'b', 'aa') }}", 'True bb'],
    ["{{ modules.re.findall('(?i)(?s)a.b', 'xA\\nBx') }}", "['A\\nB']"],
    [
      "{{ modules.re.compile('a+').findall('aab') }} {{ modules.re.compile('(?i)A').sub('x', 'aA') }} {{ modules.re.compile('a', modules.re.I | default(0)).flags }}",
      "['aa'] xx 34",
    ],
    ["{{ modules.re.escape('a.b*c-d e_f/g') }}", 'a\\.b\\*c\\-d\\ e_f/g'],
    [
      "{{ modules.re.findall('^a$', 'a\\na\\n', modules.re.M) }} {{ modules.re.findall('a$', 'a\\n') }} {{ modules.re.findall('a\\\\Z', 'a\\n') }} {{ modules.re.findall('\\\\Aa', 'aa') }} {{ modules.re.findall('a.b', 'a\\nb', modules.re.S) }} {{ modules.re.findall('a.b', 'a\\rb') }}",
      "['a', 'a'] ['a'] [] ['a'] ['a\\nb'] ['a\\rb']",
    ],
    [
      "{{ modules.re.findall('(?x) a  b # c', 'ab') }} {{ modules.re.findall('a{,2}', 'aaa') }} {{ modules.re.findall('a{', 'a{') }} {{ modules.re.findall('[]a]+', 'a]b') }} {{ modules.re.findall('[^]a]+', 'a]b') }} {{ modules.re.findall('[\\\\w-]+', 'a-b c') }} {{ modules.re.findall('[a\\\\-z]+', 'a-z') }} {{ modules.re.findall('[\\\\[\\\\]]', '[]') }} {{ modules.re.findall('\\\\-\\\\_\\\\\"\\\\/\\\\ \\\\%', '-_\"/ %') }}",
      "['ab'] ['aa', 'a', ''] ['a{'] ['a]'] ['b'] ['a-b', 'c'] ['a-z'] ['[', ']'] ['-_\"/ %']",
    ],
    [
      "{{ modules.re.findall('\\\\bfoo\\\\b', 'foo foobar') }} {{ modules.re.findall('(?<=a)b', 'ab') }} {{ modules.re.findall('(?<!a)b', 'ab b') }} {{ modules.re.findall('(?=a)', 'aa') }} {{ modules.re.findall('(a)\\\\1', 'aa') }} {{ modules.re.findall('(?P<q>a)(?P=q)', 'aa') }} {{ modules.re.findall('a(?#c)b', 'ab') }} {{ modules.re.findall('\\\\x41\\\\u0042', 'AB') }} {{ modules.re.findall('a+?', 'aa') }} {{ modules.re.findall('[\\\\s\\\\S]', 'a') }} {{ modules.re.findall('(?:a|b)+', 'abc') }} {{ modules.re.findall('[a-c]', 'abcd') }} {{ modules.re.findall('[0-9a-fA-F]{2}', 'deadbeef') }}",
      "['foo'] ['b'] ['b'] ['', ''] ['a'] ['a'] ['ab'] ['AB'] ['a', 'a'] ['a'] ['ab'] ['a', 'b', 'c'] ['de', 'ad', 'be', 'ef']",
    ],
    ["{% for m in modules.re.finditer('a(.)', 'abac') %}{{ m.group(1) }}{{ m.start() }}{% endfor %}", 'b0c2'],
    [
      "{{ [modules.re.match('a', 'a')] }} {{ modules.re.compile('a') }}",
      "[<re.Match object; span=(0, 1), match='a'>] re.compile('a')",
    ],
    [
      "{{ modules.re.sub('(\\\\w+)', '\\\\g<1>!', 'a b') }} {{ modules.re.sub('\\\\s+', ' ', ' a \\n\\t b ') }} {{ modules.re.sub('[^a-zA-Z0-9]+', '_', 'Foo Bar-Baz!') }} {{ modules.re.sub('(?<!^)(?=[A-Z])', '_', 'CamelCaseName') | lower }} {{ modules.re.match('^[A-Za-z_][A-Za-z0-9_]*$', 'abc_1') is not none }} {{ modules.re.split('\\\\W+', 'Words, words, words.') }} {{ modules.re.findall('\\\\{\\\\{(.*?)\\\\}\\\\}', 'x {{ \"{{\" }} y }}') }}",
      "a! b!  a b  Foo_Bar_Baz_ camel_case_name True ['Words', 'words', 'words', ''] [' \"{{\" ']",
    ],
    [
      "{{ modules.re.sub('(a)|(b)', '[\\\\1\\\\2]', 'ab') }} {{ modules.re.sub('', '-', 'abc') }} {{ modules.re.sub('^', '> ', 'a\\nb', flags=modules.re.MULTILINE) }} {{ modules.re.search('(?s)a.b', 'a\\nb') is not none }} {{ modules.re.search('\\\\d{3}-\\\\d{4}', 'call 555-1234').group(0) }} {{ modules.re.match('\\\\s*select', '  SELECT 1', modules.re.IGNORECASE) is not none }} {{ modules.re.findall('[A-Z]{2,}', 'ABC De FG') }} {{ modules.re.findall('\\\\$\\\\{(\\\\w+)\\\\}', '\u0024{a} \u0024{b}') }} {{ modules.re.findall('(?i)select|from', 'SELECT x From') }}",
      "[a][b] -a-b-c- > a\n> b True 555-1234 True ['ABC', 'FG'] ['a', 'b'] ['SELECT', 'From']",
    ],
    [
      "{{ modules.re.compile('a|b').split('1a2b3') }} {{ modules.re.compile('(?P<n>x)').groupindex }} {{ modules.re.compile('a').match('ba', 1) is not none }} {{ modules.re.compile('x').pattern }}",
      "['1', '2', '3'] {'n': 1} True x",
    ],
  ])('%s', async (template, expected) => {
    expect(await renderBase(template)).toBe(expected)
  })
  test.each([
    ["{{ modules.re.sub('a', '\\\\q', 'a') }}"],
    ["{{ modules.re.sub('a', '\\\\2', 'a') }}"],
    ["{{ modules.re.match('a', 'a').group(5) }}"],
    ["{{ modules.re.compile('(') }}"],
    ["{{ modules.re.compile('a)') }}"],
    ["{{ modules.re.compile('[a') }}"],
    ["{{ modules.re.compile('*a') }}"],
    ["{{ modules.re.IGNORECASE == 2 }} {{ modules.re.match('a', 5) }}"],
    ["{{ modules.re.search('a', none) }}"],
  ])('%s raises', async template => {
    await expect(renderBase(template)).rejects.toThrow(DiagnosticError)
  })
})
