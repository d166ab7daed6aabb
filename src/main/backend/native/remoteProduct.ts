import type { Matrix } from '../../../core/math/matrix'
import type { MatrixProduct } from '../../../core/math/product'
import type { ProductForm, RemoteId } from './calls'
import type { NativeCaller } from './caller'

/** Matrix products in the process of the native library. */
export function remoteProduct(
  { call }: Pick<NativeCaller, 'call'>,
  newId: () => RemoteId,
): MatrixProduct {
  const held = new Map<Matrix, RemoteId>()
  const multiply = (form: ProductForm) => (a: Matrix, b: Matrix) =>
    call('multiply', { form, a, b: b === a ? null : (held.get(b) ?? b) })
  return {
    multiply: multiply('multiply'),
    multiplyTransposed: multiply('multiplyTransposed'),
    transposedMultiply: multiply('transposedMultiply'),
    hold(b) {
      if (b.rows * b.columns === 0 || held.has(b)) return () => {}
      const id = newId()
      call('hold', { id, matrix: b })
      held.set(b, id)
      return () => {
        if (held.delete(b)) call('dispose', { id })
      }
    },
  }
}
