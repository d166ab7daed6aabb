import * as v from 'valibot'
import { withoutFigures } from '../../shared/model/retrieval'
import type { MeasuredRetrieval } from '../../shared/model/sweep'

export const number = v.pipe(v.number(), v.finite())
/** A share; the last digit of a mean may be rounded past the end. */
export const share = v.pipe(number, v.minValue(-1e-9), v.maxValue(1 + 1e-9))
export const countOfThings = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** Seconds of work: less than 30 years of it. */
export const duration = v.pipe(number, v.minValue(0), v.maxValue(1e9))

const asked = v.pipe(
  v.object({
    precisionAt1: share,
    rPrecision: share,
    mapAtR: share,
    queries: countOfThings,
    queriesInAll: v.exactOptional(countOfThings),
    mapAtRLow: share,
    mapAtRHigh: share,
  }),
  v.check(
    ({ mapAtRLow, mapAtRHigh }) => mapAtRLow <= mapAtRHigh,
    'an interval that is upside down',
  ),
)

/** No queries, no figures: earlier versions wrote zeros. */
const unasked = v.pipe(
  v.object({ queries: v.literal(0) }),
  v.transform(({ queries }) => withoutFigures({ queries })),
)

/** Figures that retrieval can have; what is read from a file may claim others. */
export const measured = v.lazy((input) =>
  typeof input === 'object' && input !== null && 'queries' in input && input.queries === 0
    ? unasked
    : asked,
) as v.GenericSchema<unknown, MeasuredRetrieval>

export const measuredBaselines = v.object({
  frozen: v.nullable(measured),
  closedForm: v.nullable(measured),
  untrained: v.nullable(measured),
  form: v.exactOptional(v.picklist(['whitening', 'analysis', 'lda', 'pca'])),
})
