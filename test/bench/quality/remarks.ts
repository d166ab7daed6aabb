/** What the tables do not say by themselves; printed below them. */
export const remarks: readonly string[] = [
  'From pixels every loss reaches the reference within the spread of seeds; the reference has one seed. Triplet with semi-hard is far above it, because here semi-hard takes the one nearest negative beyond the positive for each pair (Schroff, Kalenichenko, Philbin 2015), there every triplet inside the margin.',
  'A head from a random start: contrastive is .01 behind, proxyAnchor .04, arcFace .01. The start is the reason, not the loss: drawn from ±1/√inputs as in PyTorch, half as wide as the rule of Glorot and Bengio (2010) that a head here starts by, the same steps give contrastive .309 and proxyAnchor .270 (seed 1; reference .311 and .268), since each step of Adam then turns the weights further.',
  'With 700 classes and 32 a batch a class is seen 14 times in 300 steps: losses with proxies, which begin at random, need longer training than this.',
  'lifted and generalizedLifted with their defaults on normalised embeddings nearly collapse, here as in the reference: all negatives of both images pull at once, and the distances go to 0 together. liftedHard, the form with one mined negative, does not: it is among the best.',
  'With the closed form as the start no pair or triplet loss falls below it in 300 steps; ntXent, fastAP and supCon add most, about .01. Losses with proxies take a little away, for their proxies begin at random.',
]
