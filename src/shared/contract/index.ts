import { appContract } from './app'
import { comparisonContract } from './comparison'
import { datasetContract } from './dataset'
import { exportingContract } from './exporting'
import { labelsContract } from './labels'
import { projectionContract } from './projection'
import { sweepContract } from './sweep'
import { trainingContract } from './training'
import { tripletsContract } from './triplets'

/** Every call and event between the window and main; one file a service. */
export const contract = {
  app: appContract,
  dataset: datasetContract,
  labels: labelsContract,
  training: trainingContract,
  sweep: sweepContract,
  comparison: comparisonContract,
  triplets: tripletsContract,
  projection: projectionContract,
  exporting: exportingContract,
}
export type AppContract = typeof contract
