import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { AskedPicture, Ranking } from '../../../shared/model/asked'
import type { ImageId } from '../../../shared/model/ids'
import { api } from '../api/client'
import { useDatasetStore } from './dataset'
import { useRunStore } from './runs'

const shown = 200

/** Images of the set that suit examples: like these, and not like those. */
export const useSimilarStore = defineStore('similar', () => {
  const dataset = useDatasetStore()
  const runs = useRunStore()

  const open = ref(false)
  const like = shallowRef<readonly ImageId[]>([])
  const unlike = shallowRef<readonly ImageId[]>([])
  /** A picture of the Predict view. */
  const likeAsked = shallowRef<AskedPicture | null>(null)
  const ranking = shallowRef<Ranking | null>(null)
  const failure = shallowRef<unknown>(null)
  const isRunning = ref(false)
  /** The run whose model answered for the picture; else the one that views show. */
  const askedRun = shallowRef<typeof runs.embedded>(null)
  const run = computed(() => askedRun.value ?? runs.embedded)
  let asked = 0

  async function rank(): Promise<void> {
    const datasetId = dataset.id
    const runId = run.value?.id
    if (datasetId === null || runId === undefined) return
    const mine = ++asked
    isRunning.value = true
    failure.value = null
    try {
      const found = await api.prediction.rank({
        ...{ datasetId, runId, top: shown },
        like: Uint32Array.from(like.value),
        unlike: Uint32Array.from(unlike.value),
        likeAsked: likeAsked.value === null ? [] : [likeAsked.value.id],
      })
      if (mine === asked) ranking.value = found
    } catch (error) {
      if (mine === asked) failure.value = error
    } finally {
      if (mine === asked) isRunning.value = false
    }
  }

  function begin(): Promise<void> {
    ranking.value = null
    open.value = true
    return rank()
  }

  function toImages(ids: Iterable<ImageId>): Promise<void> {
    like.value = [...ids]
    unlike.value = []
    likeAsked.value = null
    askedRun.value = null
    return begin()
  }

  function toPicture(picture: AskedPicture, answeredBy: typeof runs.embedded): Promise<void> {
    like.value = []
    unlike.value = []
    likeAsked.value = picture
    askedRun.value = answeredBy
    return begin()
  }

  /** One more example; it leaves the other list. */
  function add(id: ImageId, kind: 'like' | 'unlike'): Promise<void> {
    const without = (ids: readonly ImageId[]) => ids.filter((other) => other !== id)
    like.value = without(like.value)
    unlike.value = without(unlike.value)
    const into = kind === 'like' ? like : unlike
    into.value = [...into.value, id]
    return rank()
  }

  /** The last liked example stays: nothing would be left to be like. */
  const canRemove = (id: ImageId): boolean =>
    unlike.value.includes(id) || like.value.length > 1 || likeAsked.value !== null
  function remove(id: ImageId): Promise<void> {
    like.value = like.value.filter((other) => other !== id)
    unlike.value = unlike.value.filter((other) => other !== id)
    return rank()
  }

  return {
    ...{ open, run, like, unlike, likeAsked, ranking, failure, isRunning },
    ...{ toImages, toPicture, add, canRemove, remove },
  }
})
