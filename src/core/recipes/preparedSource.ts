import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Steps } from '../steps'
import { countCopies, featureSource, gather, type InputSource } from '../inputSource'
import { applyPreparation, outputSizeOf, type Preparation } from '../starts/preparation'

const blockRows = 256

/** Rows of a source as a head sees them, a block at a time: there may be gigabytes of them. */
export function* prepareRows(
  preparation: Preparation,
  source: InputSource,
  rows: Uint32Array,
  product: MatrixProduct,
): Steps<Matrix> {
  const size = outputSizeOf(preparation)
  const prepared = createMatrix(rows.length, size)
  for (let from = 0; from < rows.length; from += blockRows) {
    const block = gather(source, rows.subarray(from, from + blockRows))
    prepared.data.set(applyPreparation(preparation, block, product).data, from * size)
    yield from / rows.length
  }
  return prepared
}

/** All rows of a source and their copies, as a head sees them. */
export function* preparedSource(
  preparation: Preparation,
  source: InputSource,
  product: MatrixProduct,
): Steps<InputSource> {
  const all = source.rows + countCopies(source.copies)
  const rows = Uint32Array.from({ length: all }, (_, row) => row)
  const { data, columns } = yield* prepareRows(preparation, source, rows, product)
  return featureSource(data, columns, source.copies)
}
