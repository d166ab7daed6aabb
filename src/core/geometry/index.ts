export { alignPlane, sameIds } from './alignPlane'
export { pointsNearPath } from './brush'
export { groupPlaces } from './groupPlaces'
export { pointsInPolygon } from './lasso'
export { type PlacedSquare, placeSquares } from './placeSquares'
export { PointGrid } from './pointGrid'
export { representativeOrder } from './representatives'
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
