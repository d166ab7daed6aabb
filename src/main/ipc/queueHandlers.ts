import type { queueContract } from '../../shared/contract/queue'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createQueueHandlers = ({
  queue,
}: Pick<Services, 'queue'>): ServiceHandlers<typeof queueContract> => ({
  add: ({ work, waitsForImport }) => {
    queue.add(work, waitsForImport)
    return true
  },
})
