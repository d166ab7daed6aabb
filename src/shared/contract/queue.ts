import * as v from 'valibot'
import { queuedWork } from '../model/queue'
import { call } from '../rpc'

export const queueContract = {
  /**
   * Starts it as soon as nothing else trains and, where asked, the import of its dataset has
   * ended. Until then it is a waiting job, which cancels it; the program's end calls it off.
   */
  add: call<true>()(v.strictObject({ work: queuedWork, waitsForImport: v.boolean() })),
}
