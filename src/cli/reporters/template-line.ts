/** What templates and the adapter say while a run goes on, as lines of dbt's log. */
import { unreachable } from '../../base/unreachable.ts'
import { deprecationText, eventText } from '../../config/event-text.ts'
import type { RunEvent } from '../../execution/event.ts'
import type { KnownNodes } from './known-nodes.ts'
import { type LogLine, type Paint, textLine } from './log-line.ts'

type TemplateEvent = Extract<RunEvent, { kind: 'template log' | 'template print' | 'warning' | 'deprecation met' }>

export function templateLine(event: TemplateEvent, known: KnownNodes, width: number): LogLine {
  const { atMs, message } = event
  switch (event.kind) {
    case 'template log': {
      const [name, code] = event.level === 'info' ? ['JinjaLogInfo', 'I062'] : ['JinjaLogDebug', 'I063']
      const data = { msg: message, ...known.infoOfId(event.node) }
      return textLine(name, code, event.level, atMs, message, { data, thread: known.threadOf(event.node) })
    }
    case 'template print':
      return textLine('PrintEvent', 'Z052', 'info', atMs, message, { thread: known.threadOf(event.node) })
    case 'warning': {
      const code = warningCodes[event.name] ?? 'Z050'
      const text = eventText({ name: event.name, code }, message, width)
      return textLine(event.name, code, 'warn', atMs, text, { thread: known.threadOf(event.node) })
    }
    case 'deprecation met': {
      const line = textLine(event.name, event.code, 'warn', atMs, message, { data: {} })
      const text = (paint: Paint): string => deprecationText(message, `[${paint.yellow('WARNING')}]`)
      return { ...line, text: paint => eventText(event, text(paint), width) }
    }
    default:
      return unreachable(event)
  }
}

/** By the name of dbt's event. */
const warningCodes: Readonly<Record<string, string>> = {
  JinjaLogWarning: 'I061',
  CollectFreshnessReturnSignature: 'D012',
}
