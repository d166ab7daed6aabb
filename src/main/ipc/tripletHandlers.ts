import type { tripletsContract } from '../../shared/contract/triplets'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createTripletHandlers = ({
  triplets,
}: Pick<Services, 'triplets'>): ServiceHandlers<typeof tripletsContract> => ({
  queue: (input) => triplets.queue(input),
  renew: (input) => triplets.renew(input),
  place: (input) => triplets.place(input),
  counts: (input) => triplets.counts(input),
  hardest: (input) => triplets.hardest(input),
  give: (input) => triplets.give(input),
  judged: (input) => triplets.judged(input),
  takeBack: (input) => triplets.takeBack(input),
})
