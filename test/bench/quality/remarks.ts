/** What the tables do not say by themselves; printed below them. */
export const remarks: readonly string[] = [
  'From pixels every loss reaches the reference within the spread of seeds; the reference has one seed. Triplet with semi-hard is far above it, because here semi-hard takes the one nearest negative beyond the positive for each pair (Schroff, Kalenichenko, Philbin 2015), there every triplet inside the margin.',
  'A head from a random start: every loss is within .006 of the reference, which is about the spread of seeds, once the layer begins as it does there, in ±1/√inputs. Begun twice as wide, by the rule of Glorot and Bengio (2010), the same losses gave contrastive .300, arcFace .311 and proxyAnchor .241, but ntXent .369 and supCon .359.',
  'With 700 classes and 32 a batch a class is seen 14 times in 300 steps: losses with proxies, which begin at random, need longer training than this.',
  'lifted and generalizedLifted with their defaults on normalised embeddings nearly collapse, here as in the reference: all negatives of both images pull at once, and the distances go to 0 together. liftedHard, the form with one mined negative, does not: it is among the best.',
  'With the closed form as the start no pair or triplet loss falls below it in 300 steps; ntXent, supCon and fastAP add most, about .01. Losses with proxies add nothing, for their proxies begin at random.',
  'The features here are the pooled output of the frozen network, as those of the reference. One click takes features from the middle of the network instead (docs/decisions/0007): what that gives, here and on other sets, is in the last section.',
]
