import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { AppError } from '../../../shared/errors'
import type { QueuedWork } from '../../../shared/model/queue'
import { api } from '../api/client'
import { t } from '../locales/i18n'
import { useAppStore } from './app'
import { useDatasetStore } from './dataset'
import { useToastStore } from './toasts'

interface Asked {
  readonly work: QueuedWork
  readonly begin: () => Promise<void>
}

/** What is in the way of a training; null: nothing of that kind. */
export interface TrainingObstacle {
  readonly busy: {
    readonly kind: 'training' | 'sweep'
    readonly dataset: string
    readonly remainingMs: number | null
  } | null
  readonly importing: { readonly done: number; readonly total: number } | null
}

/**
 * Before anything trains: where another training is on, of whichever dataset, or the images are
 * still coming in, the window asks instead of failing.
 */
export const useTrainingGate = defineStore('trainingGate', () => {
  const app = useAppStore()
  const dataset = useDatasetStore()
  const toasts = useToastStore()
  const asked = shallowRef<Asked | null>(null)
  /** What main said was on, where the board had not told yet. */
  const refusal = shallowRef<TrainingObstacle['busy']>(null)

  const obstacle = computed<TrainingObstacle>(() => {
    const job = app.trainingJob
    const imports = app.jobOf('import')
    return {
      busy:
        job === null
          ? refusal.value
          : {
              kind: job.kind === 'sweep' ? 'sweep' : 'training',
              dataset: job.subject,
              remainingMs: job.remainingMs,
            },
      importing: imports === null ? null : { done: imports.done, total: imports.total },
    }
  })

  /** Begins, or asks where something is in the way. Answers whether it began. */
  async function pass(work: QueuedWork, begin: () => Promise<void>): Promise<boolean> {
    refusal.value = null
    if (obstacle.value.busy === null && obstacle.value.importing === null) {
      return attempt({ work, begin })
    }
    asked.value = { work, begin }
    return false
  }

  async function attempt(one: Asked): Promise<boolean> {
    try {
      await one.begin()
      toasts.succeed('training')
      return true
    } catch (error) {
      if (error instanceof AppError && error.code === 'trainingBusy') {
        const { kind, dataset: name } = error.details
        refusal.value = {
          kind: kind === 'sweep' ? 'sweep' : 'training',
          dataset: String(name),
          remainingMs: null,
        }
        asked.value = one
      } else toasts.fail(error, 'training')
      return false
    }
  }

  /** Lets it wait for what is in the way. */
  async function queue(): Promise<void> {
    const one = asked.value
    if (one === null) return
    const { busy, importing } = obstacle.value
    asked.value = null
    const input = { work: one.work, waitsForImport: importing !== null }
    if ((await toasts.guard(() => api.queue.add(input), 'training')) === undefined) return
    toasts.say(() =>
      t(busy === null ? 'interplay.training.queuedImport' : 'interplay.training.queued'),
    )
  }

  /** Trains on the images that are there. */
  async function trainNow(): Promise<void> {
    const one = asked.value
    asked.value = null
    if (one !== null) await attempt(one)
  }

  function dismiss(): void {
    asked.value = null
  }

  /** The training of the open dataset that waits. */
  const waiting = computed(
    () => app.waitingJobs.find(({ datasetId }) => datasetId === dataset.id) ?? null,
  )

  return { asked, obstacle, waiting, pass, queue, trainNow, dismiss }
})
