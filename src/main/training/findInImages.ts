import { findFaults, kindsOfFeatures, kindsOfPixels } from '../../core/findings/findFaults'
import type { Interruption } from '../../core/interruption'
import { createRandom } from '../../core/math/random'
import { paceOf, walkUnlessCancelled } from '../../core/steps'
import type { FindingKind } from '../../shared/model/findings'
import type { Backend } from '../backend/backend'
import { loadFeatures } from '../features/loadFeatures'
import type { LoadingReport } from '../features/loadedImages'
import { type MeasuredPictures, measurePictures } from '../features/measurePictures'
import type { OpenOwnSession } from '../features/ownNetworks/ownSession'
import type { FindingStage, FindJob, WorkerMessage } from './messages'
import { thread } from './thread'

const nothingMeasured = (count: number): MeasuredPictures => ({
  measures: Array.from({ length: count }, () => null),
  unreadable: [],
  *readSignatures() {
    yield 1
    return () => null
  },
})

const shareSteps = 1000

/** Looks through the images of a job: measures them, loads their features, makes the lists. */
export async function findInImages(
  job: FindJob,
  {
    backend,
    openOnnx,
    interruption,
    post,
  }: {
    readonly backend: Backend
    readonly openOnnx: OpenOwnSession
    readonly interruption: Interruption
    readonly post: (message: WorkerMessage) => void
  },
): Promise<void> {
  const { images, table, cacheFolder } = job
  const kinds: ReadonlySet<FindingKind> = new Set(job.kinds)
  const asks = (some: ReadonlySet<FindingKind>) => job.kinds.some((kind) => some.has(kind))
  const reportOf = (stage: FindingStage): LoadingReport => ({
    onProgress: (done, total) => post({ kind: 'finding', stage, done, total }),
    interruption,
  })
  const pictures = asks(kindsOfPixels)
    ? await measurePictures(images, cacheFolder, reportOf('measuring'))
    : nothingMeasured(images.ids.length)
  if (pictures === null) return
  const features = asks(kindsOfFeatures)
    ? await loadFeatures(images, { ...job, backend, openOnnx }, reportOf('features'))
    : 'none'
  if (features === null) return
  const steps = findFaults(
    {
      ...table,
      ...{ measures: pictures.measures, readSignatures: pictures.readSignatures },
      features: features === 'none' ? null : features,
    },
    { kinds, limits: job.limits, product: backend.product, random: createRandom('findings') },
  )
  const { onProgress } = reportOf('looking')
  let told = -1
  const tell = (share: number) => {
    const done = Math.floor(share * shareSteps)
    if (done === told) return
    told = done
    onProgress(done, shareSteps)
  }
  const lists = await walkUnlessCancelled(steps, paceOf({ ...thread, interruption }, tell))
  if (lists === null) return
  const unreadable = new Map(
    [...pictures.unreadable, ...(features === 'none' ? [] : features.unreadable)].map((one) => [
      one.id,
      one,
    ]),
  )
  post({ kind: 'found', found: { lists, unreadable: [...unreadable.values()] } })
}
