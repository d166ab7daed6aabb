import { answerCalls } from '../../processes/answerCalls'
import type { NativeRequest } from './calls'
import { createNativeCalls } from './nativeCalls'

/** The process that the native TensorFlow library runs in. */
const calls = createNativeCalls()

answerCalls(__dirname, (request) => {
  const { name, input } = request as NativeRequest
  // The names and inputs are those of `NativeCalls` on both sides.
  return (calls[name] as (given: unknown) => unknown)(input)
})
