export { exactNeighbours } from './exactNeighbours'
export { neighbourDescent } from './neighbourDescent'
export { finish, type Steps } from '../steps'

export { standardizePlane } from './plane'
export { principalPlane } from './principalPlane'
export { createProjection, exactNeighbourLimit, nearestOf } from './project'
export { dotOfRows, normalizedRows } from './rows'
export { umapNeighbours, umapPlane } from './umap'
