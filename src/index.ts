/** eider as a library: `const { success } = await invoke(['build', '--select', 'orders'])`. */
export type { Diagnostic } from './base/diagnostic.ts'
export { type InvokeOptions, type InvokeResult, invoke } from './cli/invoke.ts'
