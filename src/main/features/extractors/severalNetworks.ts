import { createHash } from 'node:crypto'
import { dimensionOf } from '../../../core/plan/features'
import type { Bilingual } from '../../../shared/model/bilingual'
import type { ExtractorLayer } from '../../../shared/model/extractor'
import type { Extractor, OpenExtractor } from './extractor'

interface Part {
  readonly extractor: Extractor
  /** Stands before the names of its layers, with a dot. */
  readonly prefix: string
  /** Names of its layers that are offered, the first of them taken where nobody chooses. */
  readonly usual: readonly string[]
  readonly more?: readonly string[]
}

/**
 * Several networks as one: a row of features has the layers of one after those of another, each as
 * its own network gives it. They share the cache of their networks, so that nothing is computed
 * again that one of these has computed.
 * @throws Error where their pictures differ in size
 */
export function severalNetworks(
  { id, title }: { readonly id: string; readonly title: Bilingual },
  parts: readonly Part[],
): Extractor {
  const [first] = parts
  if (first === undefined) throw new Error('Several networks are at least one')
  const { input } = first.extractor
  if (parts.some(({ extractor }) => extractor.input.sidePx !== input.sidePx)) {
    throw new Error(`The networks of ${id} take pictures of different sizes`)
  }
  const nameIn = ({ prefix }: Part, name: string) => `${prefix}.${name}`
  const hash = createHash('sha256')
  for (const { extractor } of parts) hash.update(`${extractor.id}:${extractor.contentHash}\n`)
  const usual = parts.flatMap((part) => part.usual.map((name) => nameIn(part, name)))
  return {
    id,
    title,
    contentHash: hash.digest('hex'),
    weightBytes: parts.reduce((sum, { extractor }) => sum + (extractor.weightBytes ?? 0), 0),
    input,
    licence: [...new Set(parts.map(({ extractor }) => extractor.licence))].join(', '),
    layers: parts.flatMap((part, p) => {
      const before = parts.slice(0, p).reduce((sum, one) => sum + costOf(one.extractor), 0)
      return offeredOf(part).map((layer) => ({
        ...layer,
        name: nameIn(part, layer.name),
        multiplyAdds: before + layer.multiplyAdds,
        of: {
          extractor: part.extractor.id,
          contentHash: part.extractor.contentHash,
          name: layer.name,
        },
      }))
    }),
    defaultLayers: { usual: usual.join('+'), ofManyImages: usual.slice(-2).join('+') },
    async open(means, layers) {
      const wanted = parts
        .map((part) => ({ ...part, layers: ownLayers(part, layers) }))
        .filter((part) => part.layers.length > 0)
      const opened: OpenExtractor[] = []
      const dispose = () => {
        for (const one of opened) one.dispose()
      }
      try {
        // One after another: a process that runs graphs answers one call at a time.
        for (const part of wanted) opened.push(await part.extractor.open(means, part.layers))
      } catch (error) {
        dispose()
        throw error
      }
      const sizes = wanted.map((part) => dimensionOf(part.layers))
      const rowSize = dimensionOf(layers)
      return {
        passRows: Math.min(...opened.map(({ passRows }) => passRows)),
        async extract(pixels, n) {
          const rows = new Float32Array(n * rowSize)
          let column = 0
          for (const [p, part] of opened.entries()) {
            const numbers = await part.extract(pixels, n)
            const size = sizes[p]!
            for (let i = 0; i < n; i++) {
              rows.set(numbers.subarray(i * size, (i + 1) * size), i * rowSize + column)
            }
            column += size
          }
          return rows
        },
        dispose,
      }
    },
  }
}

const costOf = ({ layers }: Pick<Extractor, 'layers'>): number =>
  Math.max(...layers.map(({ multiplyAdds }) => multiplyAdds))

const offeredOf = ({ extractor, usual, more = [] }: Part): readonly ExtractorLayer[] =>
  extractor.layers.filter(({ name }) => usual.includes(name) || more.includes(name))

/** Those of the layers that are a part's, as it has them itself. */
const ownLayers = (part: Part, layers: readonly ExtractorLayer[]): readonly ExtractorLayer[] =>
  part.extractor.layers.filter(({ name }) =>
    layers.some(({ of }) => of?.extractor === part.extractor.id && of.name === name),
  )
