import { computed, ref, shallowRef } from 'vue'
import type { DatasetId } from '../../../../shared/model/ids'
import type {
  NetworkAnswers,
  NetworkDraft,
  NetworkTrialResult,
} from '../../../../shared/model/ownNetwork'
import { api } from '../../api/client'

/** A network that is being added: looked into, tried on the set, added. */
export function useNetworkDraft(datasetId: () => DatasetId | null) {
  const draft = shallowRef<NetworkDraft | null>(null)
  const trial = shallowRef<NetworkTrialResult | null>(null)
  const failure = shallowRef<unknown>(null)
  const at = ref<'idle' | 'looking' | 'trying' | 'adding'>('idle')
  let answers: NetworkAnswers = {}
  /** Of later answers the last counts. */
  let turn = 0

  async function during<Result>(
    what: 'looking' | 'trying' | 'adding',
    work: () => Promise<Result>,
  ): Promise<Result | null> {
    const mine = ++turn
    at.value = what
    failure.value = null
    try {
      const result = await work()
      return mine === turn ? result : null
    } catch (error) {
      if (mine === turn) failure.value = error
      return null
    } finally {
      if (mine === turn) at.value = 'idle'
    }
  }

  async function tryOut(): Promise<void> {
    const id = datasetId()
    const { value } = draft
    if (value === null || id === null) return
    trial.value = await during('trying', () =>
      api.networks.tryOut({ token: value.token, datasetId: id }),
    )
  }

  /** @returns whether a file was chosen */
  async function choose(): Promise<boolean> {
    const mine = turn + 1
    const found = await during('looking', () => api.networks.choose({}))
    if (found === null) return mine === turn && failure.value !== null
    answers = {}
    draft.value = found
    trial.value = null
    await tryOut()
    return true
  }

  async function answer(given: NetworkAnswers): Promise<void> {
    const { value } = draft
    if (value === null) return
    answers = { ...answers, ...given }
    trial.value = null
    const found = await during('looking', () =>
      api.networks.answer({ token: value.token, answers: plain(answers) }),
    )
    if (found === null) return
    draft.value = found
    await tryOut()
  }

  /** @returns the id of the network; null where it failed */
  async function add(title: string, licence: string): Promise<string | null> {
    const { value } = draft
    if (value === null) return null
    const added = await during('adding', () =>
      api.networks.add({ token: value.token, title, licence }),
    )
    return added?.id ?? null
  }

  return {
    draft,
    trial,
    failure,
    at,
    isBusy: computed(() => at.value !== 'idle'),
    choose,
    answer,
    add,
  }
}

/** As the contract has it: what was not answered is absent, lists are their own. */
const plain = ({ layout, sidePx, mean, deviation }: NetworkAnswers) => ({
  ...(layout === undefined ? {} : { layout }),
  ...(sidePx === undefined ? {} : { sidePx }),
  ...(mean === undefined ? {} : { mean: [...mean] as [number, number, number] }),
  ...(deviation === undefined ? {} : { deviation: [...deviation] as [number, number, number] }),
})
