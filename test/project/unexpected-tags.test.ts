import { expect, test } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import { warnOfTags } from '../../src/project/unexpected-tags.ts'

test('a tag that holds no block is told with its file and its place', () => {
  const diagnostics = new Diagnostics()
  const file = { path: 'snapshots/s.sql', text: 'x\n{% endsnapshot %}' }
  warnOfTags([{ name: 'endsnapshot', start: 2 }], file, 's.sql', diagnostics)
  expect(diagnostics.all).toMatchObject([
    {
      code: 'project/unexpected-block',
      severity: 'warning',
      message: "Found unexpected 'endsnapshot' block tag. in file `s.sql`",
      at: { file, start: 2 },
    },
  ])
})
