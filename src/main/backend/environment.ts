/**
 * What the TensorFlow library reads from the process at its start; what the person has set stays.
 * A worker thread has a copy of the variables that the library does not see: call it in the main
 * thread before a worker starts.
 *
 * On a GPU the library would take nearly all memory from every other program, and round products to
 * the ten bits of TensorFloat-32; training is to take what it needs, and to give the numbers that a
 * processor gives.
 */
export function prepareTensorflow(environment: NodeJS.ProcessEnv = process.env): void {
  environment['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  environment['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
  environment['NVIDIA_TF32_OVERRIDE'] ??= '0'
}
