import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { plainOperations } from '../../core/network/plainOperations'
import type { StartedOperations } from './backend'

/** Plain JavaScript: always there, and slow. */
export async function startJavascript(): Promise<StartedOperations> {
  if (!(await tf.setBackend('cpu'))) throw new Error('the JavaScript backend did not start')
  return {
    description: 'Plain JavaScript',
    gpu: false,
    threads: 1,
    operations: plainOperations,
    dispose() {},
  }
}
