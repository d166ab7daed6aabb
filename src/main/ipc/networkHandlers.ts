import { randomUUID } from 'node:crypto'
import type { networksContract } from '../../shared/contract/networks'
import { AppError } from '../../shared/errors'
import type { FoundNetwork, NetworkDraft } from '../../shared/model/ownNetwork'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'
import type { Shell } from './shell'

export function createNetworkHandlers(
  { ownNetworks }: Pick<Services, 'ownNetworks'>,
  shell: Shell,
): ServiceHandlers<typeof networksContract> {
  /** The one that is being added; the window speaks of it by its token. */
  let draft: { readonly token: string; found: FoundNetwork } | null = null
  const find = (token: string) => {
    if (draft?.token !== token) {
      throw new AppError('notFound', 'This network is not being added any more. Choose it again.')
    }
    return draft
  }
  const shown = (token: string, { network, sources, filesBeside }: FoundNetwork): NetworkDraft => ({
    ...{ token, network, sources, filesBeside },
  })
  return {
    choose: async () => {
      const file = await shell.chooseNetworkFile()
      if (file === null) return null
      const found = await ownNetworks.inspect(file, {})
      draft = { token: randomUUID(), found }
      return shown(draft.token, found)
    },
    answer: async ({ token, answers }) => {
      const { file } = find(token).found
      const found = await ownNetworks.inspect(file, answers)
      find(token).found = found
      return shown(token, found)
    },
    tryOut: async ({ token, datasetId }) => {
      const { found } = find(token)
      const { placed, ...result } = await ownNetworks.tryOn({ datasetId, placed: found })
      find(token).found = { ...found, network: placed.network }
      return { ...result, network: placed.network }
    },
    add: async ({ token, title, licence }) => {
      const { file, network } = find(token).found
      const { network: added } = await ownNetworks.add({
        file,
        network: { ...network, title, licence },
      })
      draft = null
      return { id: added.id }
    },
    remove: (input) => ownNetworks.remove(input),
  }
}
