import { answerCalls } from '../processes/answerCalls'
import type { OnnxRequest } from './calls'
import { createOnnxCalls } from './onnxCalls'

/** The process that ONNX Runtime runs in, with all its sessions. */
const calls = createOnnxCalls()

answerCalls(__dirname, (request) => {
  const { name, input } = request as OnnxRequest
  // The names and inputs are those of `OnnxCalls` on both sides.
  return (calls[name] as (given: unknown) => unknown)(input)
})
