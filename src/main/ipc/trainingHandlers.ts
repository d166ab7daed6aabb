import { lossShape } from '../../core/objective/lossShape'
import type { trainingContract } from '../../shared/contract/training'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createTrainingHandlers = ({
  training,
}: Pick<Services, 'training'>): ServiceHandlers<typeof trainingContract> => ({
  registry: (input) => training.registry(input),
  lossShape: ({ loss, distance }) => lossShape(loss, distance),
  plan: (input) => training.plan(input),
  start: (input) => training.start(input),
  resumeRun: (input) => training.resumeRun(input),
  pause: (input) => training.pause(input),
  resume: (input) => training.resume(input),
  cancel: (input) => training.cancel(input),
  runs: (input) => training.runs(input),
  removeRun: (input) => training.removeRun(input),
  state: (input) => training.state(input),
  curve: (input) => training.curve(input),
  report: (input) => training.report(input),
})
