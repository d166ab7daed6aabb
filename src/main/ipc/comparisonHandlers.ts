import type { comparisonContract } from '../../shared/contract/comparison'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createComparisonHandlers = ({
  comparison,
}: Pick<Services, 'comparison'>): ServiceHandlers<typeof comparisonContract> => ({
  state: (input) => comparison.state(input),
  pair: (input) => comparison.pair(input),
})
