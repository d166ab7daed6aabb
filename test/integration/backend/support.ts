import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

export const projectFolder = resolve(import.meta.dirname, '../../..')

/** Whether the set-up could install the native TensorFlow library here. */
export const hasTensorflow = existsSync(
  resolve(projectFolder, 'node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node'),
)

/** Whether the set-up could install ONNX Runtime here. */
export const hasOnnxRuntime = existsSync(
  resolve(
    projectFolder,
    `node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`,
  ),
)
