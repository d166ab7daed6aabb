export { pointsInPolygon } from './lasso'
export { PointGrid } from './pointGrid'
export {
  type Bounds,
  boundsOf,
  fitted,
  panned,
  type Point,
  type Size,
  toPlane,
  toScreen,
  type View,
  zoomedAt,
} from './viewTransform'
