/** A dense row-major matrix: entry (i, j) is `data[i * columns + j]`. */
export interface Matrix {
  readonly data: Float32Array
  readonly rows: number
  readonly columns: number
}

/** A matrix of zeros, or a view of `data`, whose length must be `rows * columns`. */
export function createMatrix(
  rows: number,
  columns: number,
  data: Float32Array = new Float32Array(rows * columns),
): Matrix {
  if (data.length !== rows * columns) {
    throw new Error(
      `A ${rows} x ${columns} matrix needs ${rows * columns} numbers, not ${data.length}`,
    )
  }
  return { data, rows, columns }
}

/** Copies rows of numbers, all equally long, into a matrix; no rows give a 0 x 0 one. */
export function matrixFromRows(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0
  const result = createMatrix(rows.length, columns)
  rows.forEach((row, index) => {
    if (row.length !== columns) {
      throw new Error(`Row ${index} has ${row.length} numbers, the first row ${columns}`)
    }
    result.data.set(row, index * columns)
  })
  return result
}

/** A new matrix that holds the named rows, in the order named. */
export function gatherRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { columns } = matrix
  const result = createMatrix(indices.length, columns)
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i]! * columns
    result.data.set(matrix.data.subarray(from, from + columns), i * columns)
  }
  return result
}

/** The transpose, as a new matrix. */
export function transpose(matrix: Matrix): Matrix {
  const { rows, columns, data } = matrix
  const result = new Float32Array(data.length)
  const tile = 16
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const i1 = Math.min(rows, i0 + tile)
    for (let j0 = 0; j0 < columns; j0 += tile) {
      const j1 = Math.min(columns, j0 + tile)
      for (let i = i0; i < i1; i++) {
        for (let j = j0; j < j1; j++) result[j * rows + i] = data[i * columns + j]!
      }
    }
  }
  return { data: result, rows: columns, columns: rows }
}
