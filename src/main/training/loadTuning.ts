import { findExtractor, layersOf } from '../../core/plan/features'
import type { StageReport } from '../../core/recipes/stageReport'
import type { TuningData } from '../../core/recipes/surroundings'
import { extractors } from '../features/extractors'
import type { LoadedImages } from '../features/loadedImages'
import { loadMaps } from '../features/loadMaps'
import type { RunContext } from './runContext'

/** What a part of a pretrained network is trained with. */
export interface LoadedTuning {
  readonly tuning: TuningData
  /** The maps, as a tuned model takes them. */
  readonly maps: LoadedImages
}

/**
 * The part of the network that a run trains, and the maps before it of all images. Undefined where
 * it trains the head alone, null when it was cancelled.
 */
export async function loadTuning(
  { job, backend, openOnnx, interruption }: RunContext,
  stages: StageReport,
): Promise<LoadedTuning | null | undefined> {
  const { tuned, extractor: id, features } = job.options
  if (tuned === undefined) return undefined
  const extractor = findExtractor(extractors, id)
  const network = await extractor.readTrainable?.(job.projectFolder)
  if (network === undefined) throw new Error(`${extractor.id} has maps and nothing to train`)
  const maps = await loadMaps(
    job.images,
    { extractor: extractor.id, place: tuned.place },
    { ...job, backend, openOnnx },
    {
      onProgress: (done, total) => stages.progress('features', done, total),
      work: stages,
      interruption,
    },
  )
  if (maps === null) return null
  const { nodes, weights, tapOf } = network
  const taps = layersOf(extractor, features).map(tapOf)
  return {
    maps,
    tuning: {
      maps: maps.source,
      inputShape: [tuned.sidePx, tuned.sidePx, tuned.channels],
      structure: { from: tuned.place, nodes, taps },
      weights,
    },
  }
}
