/** Foreign keys of models, wherever they are written. */
import type { Constraint, ModelNode } from './node.ts'

/** Those of the model, then those of its columns. */
export function foreignKeys({ constraints, columns }: Pick<ModelNode, 'constraints' | 'columns'>): Constraint[] {
  const keys = constraints.filter(isForeignKey)
  for (const column of columns.values()) {
    if (column.constraints.length > 0) keys.push(...column.constraints.filter(isForeignKey))
  }
  return keys
}

function isForeignKey({ type }: Constraint): boolean {
  return type === 'foreign_key'
}
