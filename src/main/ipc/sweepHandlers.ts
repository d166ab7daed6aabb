import type { sweepContract } from '../../shared/contract/sweep'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createSweepHandlers = ({
  sweep,
}: Pick<Services, 'sweep'>): ServiceHandlers<typeof sweepContract> => ({
  plan: (input) => sweep.plan(input),
  start: (input) => sweep.start(input),
  cancel: (input) => sweep.cancel(input),
  resume: (input) => sweep.resume(input),
  list: (input) => sweep.list(input),
  state: (input) => sweep.state(input),
  remove: (input) => sweep.remove(input),
})
