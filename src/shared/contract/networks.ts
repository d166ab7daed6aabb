import * as v from 'valibot'
import { datasetId } from '../model/ids'
import {
  type NetworkDraft,
  type NetworkTrialResult,
  ownId,
  pictureLayout,
  sidePx,
  threeNumbers,
} from '../model/ownNetwork'
import { call, event, nothing } from '../rpc'

const token = v.pipe(v.string(), v.maxLength(64))

/** Networks of the person's own. A file enters by the dialog alone, and is spoken of by a token. */
export const networksContract = {
  /** Asks for a file and looks into it; null: dismissed. */
  choose: call<NetworkDraft | null>()(nothing),
  /** The same file with other answers to what it leaves open. */
  answer: call<NetworkDraft>()(
    v.strictObject({
      token,
      answers: v.strictObject({
        layout: v.optional(pictureLayout),
        sidePx: v.optional(sidePx),
        mean: v.optional(threeNumbers(-1e3)),
        deviation: v.optional(threeNumbers(1e-6)),
      }),
    }),
  ),
  /** Runs it on three pictures of a dataset. */
  tryOut: call<NetworkTrialResult>()(v.strictObject({ token, datasetId })),
  /** Copies it into the program's folder and puts it among the pretrained networks. */
  add: call<{ readonly id: string }>()(
    v.strictObject({
      token,
      title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
      licence: v.pipe(v.string(), v.trim(), v.maxLength(200)),
    }),
  ),
  remove: call<true>()(v.strictObject({ id: ownId })),
  /** The list of pretrained networks is another now. */
  changed: event<Record<string, never>>(),
}
