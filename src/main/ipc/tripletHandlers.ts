import type { tripletsContract } from '../../shared/contract/triplets'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createTripletHandlers = ({
  triplets,
}: Pick<Services, 'triplets'>): ServiceHandlers<typeof tripletsContract> => ({
  queue: (input) => triplets.queue(input),
  give: (input) => triplets.give(input),
})
