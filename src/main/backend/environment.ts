/**
 * Keeps TensorFlow from announcing kernels and devices on stderr. The library reads the variable of
 * the process, which a worker thread cannot set: call it in the main thread before a worker starts.
 */
export function quietTensorflow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
}
