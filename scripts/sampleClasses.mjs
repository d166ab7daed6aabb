/** Emoji classes of the bundled sample: common things, with groups that are easily confused. */
export const sampleClasses = /** @type {const} */ ([
  // Animals, and the heads of some of them, which look alike.
  'cat',
  'cat-face',
  'dog',
  'dog-face',
  'tiger-face',
  'rabbit-face',
  'bear',
  'panda',
  'horse',
  'elephant',
  'penguin',
  'octopus',
  'tropical-fish',
  'dolphin',
  'honeybee',
  'lady-beetle',
  // Fruit, several of them round and red or orange.
  'red-apple',
  'green-apple',
  'tangerine',
  'peach',
  'tomato',
  'strawberry',
  'cherries',
  'banana',
  // Food on a plate or in a glass.
  'pizza',
  'doughnut',
  'cookie',
  'birthday-cake',
  // Clock faces: only the hands tell them apart.
  'two-oclock',
  'four-oclock',
  'ten-oclock',
  // Flowers and plants.
  'tulip',
  'sunflower',
  'cherry-blossom',
  'cactus',
  // Vehicles.
  'automobile',
  'taxi',
  'bus',
  'bicycle',
  'sailboat',
])

/** The eight sets of drawings, each an npm package `@iconify-json/NAME` that states its licence. */
export const emojiSets = /** @type {const} */ ([
  'noto',
  'noto-v1',
  'twemoji',
  'openmoji',
  'fluent-emoji',
  'fluent-emoji-flat',
  'emojione',
  'emojione-v1',
])
