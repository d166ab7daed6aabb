import { secondsOf, type WorkDone } from '../../core/work/work'
import { workOfResults } from '../../core/plan/workOfRun'
import type { TrainingPlan, TrainingState } from '../../shared/model/training'
import { type MeasuredSpeeds, openSpeeds } from '../training/measuredSpeeds'
import { openEmbeddings } from '../runs/embeddingFiles'
import { runFolder } from '../workspace'
import type { ResultContext } from './results'

type Result = keyof ReturnType<typeof workOfResults>

/** Seconds for the tables, the report by label and the map, which come after a run. */
export function secondsOfResults(plan: TrainingPlan, speeds: MeasuredSpeeds): number {
  const { options, imageCount, trainImageCount, testImageCount } = plan
  const amounts = workOfResults({
    images: imageCount,
    testRows: options.split === 'none' ? trainImageCount : testImageCount,
    size: options.embeddingSize,
  })
  return secondsOf({ amounts }, speeds.of(options.backend, null))
}

/** Takes the time of writing the results of a run, for the next plan. */
export async function watchResults(
  { workspace }: Pick<ResultContext, 'workspace'>,
  { run }: TrainingState,
) {
  // What is kept may have another size than was planned for the trained head.
  const { ids, embeddingSize } = await openEmbeddings(runFolder(workspace, run.id))
  const work = workOfResults({
    images: ids.length,
    testRows: run.after?.queriesInAll ?? run.after?.queries ?? 0,
    size: embeddingSize,
  })
  const done: WorkDone[] = []
  return {
    async timed<Written>(kind: Result, write: () => Promise<Written>): Promise<Written> {
      const startedAt = performance.now()
      const written = await write()
      done.push({ kind, amount: work[kind], seconds: (performance.now() - startedAt) / 1000 })
      return written
    },
    keep(): void {
      if (run.backend !== null) openSpeeds(workspace.cacheFolder).learn(run.backend, done)
    },
  }
}
