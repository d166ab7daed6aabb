import type { projectionContract } from '../../shared/contract/projection'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createProjectionHandlers = ({
  projection,
}: Pick<Services, 'projection'>): ServiceHandlers<typeof projectionContract> => ({
  start: (input) => projection.start(input),
  pause: (input) => projection.pause(input),
  resume: (input) => projection.resume(input),
  cancel: (input) => projection.cancel(input),
  points: (input) => projection.points(input),
  neighbours: (input) => projection.neighbours(input),
})
