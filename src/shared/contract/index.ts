import { appContract } from './app'
import { comparisonContract } from './comparison'
import { datasetContract } from './dataset'
import { exportingContract } from './exporting'
import { labelsContract } from './labels'
import { networksContract } from './networks'
import { predictionContract } from './prediction'
import { projectionContract } from './projection'
import { queueContract } from './queue'
import { splitContract } from './split'
import { sweepContract } from './sweep'
import { trainingContract } from './training'
import { tripletsContract } from './triplets'

/** Every call and event between the window and main; one file a service. */
export const contract = {
  app: appContract,
  dataset: datasetContract,
  labels: labelsContract,
  networks: networksContract,
  training: trainingContract,
  split: splitContract,
  sweep: sweepContract,
  comparison: comparisonContract,
  queue: queueContract,
  triplets: tripletsContract,
  projection: projectionContract,
  prediction: predictionContract,
  exporting: exportingContract,
}
export type AppContract = typeof contract
