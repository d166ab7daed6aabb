import type { splitContract } from '../../shared/contract/split'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createSplitHandlers = ({
  split,
}: Pick<Services, 'split'>): ServiceHandlers<typeof splitContract> => ({
  state: (input) => split.state(input),
  choose: (input) => split.choose(input),
  ofMerge: (input) => split.ofMerge(input),
})
