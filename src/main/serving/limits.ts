/** Pictures of a request, requests at once, MiB and seconds of a body, unless told otherwise. */
export const servingLimits = { pictures: 64, requests: 16, bodyMiB: 64, bodySeconds: 60 } as const
