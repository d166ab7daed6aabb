import type { map as english } from '../en/map'

export const map: typeof english = {
  title: '地图',
}
