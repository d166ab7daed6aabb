import { compare } from './compare'
import { errors } from './errors'
import { exporting } from './exporting'
import { frame } from './frame'
import { importNotes } from './importNotes'
import { interplay } from './interplay'
import { labelling } from './labelling'
import { leaderboard } from './leaderboard'
import { library } from './library'
import { map } from './map'
import { networks } from './networks'
import { predict } from './predict'
import { split } from './split'
import { training } from './training'
import { triplets } from './triplets'

export const en = {
  compare,
  errors,
  exporting,
  frame,
  importNotes,
  interplay,
  labelling,
  leaderboard,
  library,
  map,
  networks,
  predict,
  split,
  training,
  triplets,
}
export type Messages = typeof en
