export { alignPlane, sameIds } from './alignPlane'
export { pointsNearPath } from './brush'
export { groupPlaces } from './groupPlaces'
export { pointsInPolygon } from './lasso'
export { PointGrid } from './pointGrid'
export {
  boundsOf,
  fitted,
  type Insets,
  panned,
  type Point,
  type Size,
  shifted,
  toPlane,
  toScreen,
  type View,
  zoomedAt,
} from './viewTransform'
export { type Direction, nextPoint } from './walk'
