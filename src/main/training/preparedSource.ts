import type { MatrixProduct } from '../../core/math/product'
import { featureSource, type InputSource } from '../../core/training/model'
import { applyPreparation, outputSizeOf, type Preparation } from '../../core/training/preparation'
import { gather } from './measured'

const blockRows = 2048

/** All rows of a source as a head sees them, a block at a time: there may be gigabytes of them. */
export function preparedSource(
  preparation: Preparation,
  source: InputSource,
  product: MatrixProduct,
): InputSource {
  const size = outputSizeOf(preparation)
  const prepared = new Float32Array(source.rows * size)
  for (let from = 0; from < source.rows; from += blockRows) {
    const count = Math.min(blockRows, source.rows - from)
    const rows = Uint32Array.from({ length: count }, (_, i) => from + i)
    prepared.set(applyPreparation(preparation, gather(source, rows), product).data, from * size)
  }
  return featureSource(prepared, size)
}
