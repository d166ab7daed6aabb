import { Interruption } from '../../../src/core/interruption'
import { gather } from '../../../src/core/inputSource'
import { createMatrix, type Matrix } from '../../../src/core/math/matrix'
import { featuresName } from '../../../src/core/plan/features'
import type { Backend } from '../../../src/main/backend/backend'
import { loadFeatures } from '../../../src/main/features/loadFeatures'
import type { ExtractorDescription, ExtractorLayer } from '../../../src/shared/model/extractor'
import { projectFolder } from '../backends'
import { type ImageSet, setsCache } from '../sets/imageSet'

/** Features of the images of a set by network and layer, as the program has them. */
export interface LayerFeatures {
  /** [images, dimension of the layers] */
  of(layers: readonly LayerOfNetwork[]): Matrix
}

export interface LayerOfNetwork {
  readonly extractor: string
  readonly layer: ExtractorLayer
  /** Of averages as they are, not their roots; scaled so that their spread stays. */
  readonly isPlain?: boolean
}

/** Computes the features of all these layers, or takes them from the cache. */
export async function readLayers(
  set: ImageSet,
  networks: readonly (Pick<ExtractorDescription, 'id'> & {
    readonly layers: readonly ExtractorLayer[]
  })[],
  backend: Backend,
  say: (line: string) => void,
): Promise<LayerFeatures> {
  const { sha256, files } = set
  const rows = Uint32Array.from(files.keys())
  const columns = new Map<string, Matrix>()
  for (const { id, layers } of networks) {
    let said = 0
    const loaded = await loadFeatures(
      { ids: rows, sha256, files },
      {
        ...{ backend, projectFolder, extractor: id },
        ...{ features: featuresName(layers), cacheFolder: setsCache },
      },
      {
        onProgress: (done, total) => {
          if (done < said + 200 && done < total) return
          said = done
          say(`${id}: features of ${done} of ${total} pictures`)
        },
        interruption: new Interruption(),
      },
    )
    if (loaded === null) throw new Error('Nobody cancels here')
    const all = gather(loaded.source, rows)
    let first = 0
    for (const layer of layers) {
      columns.set(`${id}/${layer.name}`, columnsOf(all, first, layer.dimension))
      first += layer.dimension
    }
  }
  return {
    of(layers) {
      const parts = layers.map(({ extractor, layer, isPlain = false }) => {
        const found = columns.get(`${extractor}/${layer.name}`)
        if (found === undefined) throw new Error(`${extractor}/${layer.name} was not read`)
        return isPlain ? squares(found) : found
      })
      return beside(parts)
    },
  }
}

function columnsOf(matrix: Matrix, first: number, count: number): Matrix {
  const result = createMatrix(matrix.rows, count)
  for (let i = 0; i < matrix.rows; i++) {
    const from = i * matrix.columns + first
    result.data.set(matrix.data.subarray(from, from + count), i * count)
  }
  return result
}

function beside(parts: readonly Matrix[]): Matrix {
  const rows = parts[0]!.rows
  const result = createMatrix(
    rows,
    parts.reduce((sum, { columns }) => sum + columns, 0),
  )
  let column = 0
  for (const { data, columns } of parts) {
    for (let i = 0; i < rows; i++) {
      const to = i * result.columns + column
      result.data.set(data.subarray(i * columns, (i + 1) * columns), to)
    }
    column += columns
  }
  return result
}

/** What roots were taken of, with the spread that the roots have. */
function squares(roots: Matrix): Matrix {
  const data = roots.data.map((value) => value * value)
  const plain = createMatrix(roots.rows, roots.columns, data)
  const scale = spreadOf(roots) / spreadOf(plain)
  return createMatrix(
    roots.rows,
    roots.columns,
    data.map((value) => value * scale),
  )
}

/** The root of the sum over numbers of their variance over images. */
export function spreadOf({ rows, columns, data }: Matrix): number {
  let sum = 0
  for (let j = 0; j < columns; j++) {
    let mean = 0
    let square = 0
    for (let i = 0; i < rows; i++) {
      const value = data[i * columns + j]!
      mean += value / rows
      square += value ** 2 / rows
    }
    sum += square - mean ** 2
  }
  return Math.sqrt(Math.max(0, sum))
}
