import type { MatrixProduct } from '../../../src/core/math/product'
import { layersOf } from '../../../src/core/plan/features'
import type { ExtractorDescription } from '../../../src/shared/model/extractor'
import { type Form, type Found, measureForm } from './closedForms'
import type { LayerFeatures } from './layerFeatures'

/** A set with the features of both halves of its labels. */
export interface ReportSet {
  readonly title: string
  readonly labels: Int32Array
  /** By image: of a label that is measured on; else it is fitted on. */
  readonly isTest: readonly boolean[]
  readonly features: LayerFeatures
}

export interface NetworkReport {
  readonly network: ExtractorDescription
  readonly sets: readonly (Readonly<Partial<Record<Form, Found>>> & {
    readonly title: string
    readonly trained: number
    readonly tested: number
  })[]
}

/** Each network with the layers that it takes by itself: plain features and both closed forms. */
export function measureNetworks(
  networks: readonly ExtractorDescription[],
  sets: readonly ReportSet[],
  measured: readonly Form[],
  product: MatrixProduct,
): readonly NetworkReport[] {
  return networks.map((network) => {
    const layers = layersOf(network, network.defaultLayers.usual)
    return {
      network,
      sets: sets.map(({ title, labels, isTest, features }) => {
        const numbers = features.of(layers.map((layer) => ({ extractor: network.id, layer })))
        const rows = [...labels.keys()]
        const part = {
          train: rows.filter((row) => !isTest[row]),
          test: rows.filter((row) => isTest[row]),
        }
        const labelsOf = (some: readonly number[]) => new Set(some.map((row) => labels[row])).size
        const found = measured.map((form) => {
          return [form, measureForm(form, numbers, labels, part, product)] as const
        })
        return {
          title,
          ...{ trained: labelsOf(part.train), tested: labelsOf(part.test) },
          ...(Object.fromEntries(found) as Partial<Record<Form, Found>>),
        }
      }),
    }
  })
}
