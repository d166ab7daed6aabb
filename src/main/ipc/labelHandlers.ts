import type { labelsContract } from '../../shared/contract/labels'
import type { ServiceHandlers } from '../../shared/rpc'
import type { Services } from '../services'

export const createLabelHandlers = ({
  labels,
  labelSuggestions,
}: Pick<Services, 'labels' | 'labelSuggestions'>): ServiceHandlers<typeof labelsContract> => ({
  list: (input) => labels.list(input),
  assign: (input) => labels.assign(input),
  rename: (input) => labels.rename(input),
  merge: (input) => labels.merge(input),
  setExcluded: (input) => labels.setExcluded(input),
  suggest: (input) => labelSuggestions.suggest(input),
  undoState: (input) => labels.undoState(input),
  undo: (input) => labels.undo(input),
  redo: (input) => labels.redo(input),
})
