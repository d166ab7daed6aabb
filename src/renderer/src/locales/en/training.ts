export const training = {
  plan: {
    heading: 'What one click does',
    frozenByClass:
      'Frozen features and a trained head on {train} labels. {test} labels are kept unseen for the test.',
    frozenByImage:
      'Frozen features and a trained head on {train} images. {test} images are kept aside for the test.',
    frozenNone: 'Frozen features and a trained head on all {train} images, without a test.',
    tunedByClass:
      'A pretrained network and its head, trained on {train} labels. {test} labels are kept unseen for the test.',
    tunedByImage:
      'A pretrained network and its head, trained on {train} images. {test} images are kept aside for the test.',
    tunedNone: 'A pretrained network and its head, trained on all {train} images, without a test.',
    smallByClass:
      'A small network from the pixels on {train} labels. {test} labels are kept unseen for the test.',
    smallByImage:
      'A small network from the pixels on {train} images. {test} images are kept aside for the test.',
    smallNone: 'A small network from the pixels on all {train} images, without a test.',
    residualByClass:
      'A residual network from the pixels on {train} labels. {test} labels are kept unseen for the test.',
    residualByImage:
      'A residual network from the pixels on {train} images. {test} images are kept aside for the test.',
    residualNone: 'A residual network from the pixels on all {train} images, without a test.',
    unlabelled:
      'no images without a label | One image without a label, or excluded, is embedded, not trained on. | {n} images without a label, or excluded, are embedded, not trained on.',
    loading: 'Looking at your labels',
    quality: {
      fast: 'The usual network and layers.',
      balanced:
        'no layers | One choice of layers | {n} choices of layers of the usual network are first compared on training labels held out for that. The time above includes it.',
      best: 'no layers | One choice of layers | {n} choices of layers of all networks are first compared on training labels held out for that. The time above includes it.',
    },
    tuning: {
      last: 'The last {blocks} blocks of the network are trained with the head: about {memory} of memory for a step, and {disk} of the disk for what goes into them. What comes of it is kept only where held-out labels find it better.',
      all: 'The whole network is trained with the head: about {memory} of memory for a step. What comes of it is kept only where held-out labels find it better.',
      tooLarge:
        'This machine has {machine}: a step may fail or take very long. Train fewer blocks, or smaller batches.',
    },
    reasons: {
      fewImagesFrozen:
        'With this many images, a head on features learned elsewhere does better than a network from nothing.',
      manyImagesFrozen:
        'A head on frozen features is the quick and strong start; a network from the pixels is in Advanced.',
      chosenNetwork: 'The network is your choice.',
      oneClassNoSplit:
        'Too few labels to keep some unseen, so quality is measured on what it trained on.',
      copiesNoTest:
        'Copies of a picture stay on one side, so there is nothing to test on: quality is measured on what it trained on.',
      fewClassesByImage: 'Few labels: images, not labels, are kept aside for the test.',
      smallClasses: 'Some labels have few images, so each batch takes fewer of them.',
      fewPartners:
        'As batches are drawn, most images have no other of their label in their batch, so that a step teaches little.',
      autoStart:
        'It starts from whitening or a discriminant analysis, whichever finds more on training labels held out for that, and keeps what is best there.',
      nothingToCompare: 'Network and layers are your choice, so there is nothing to compare.',
      tooFewToCompare:
        'Too few images to hold some out, so nothing is compared: the usual network and layers are taken.',
      augmentationUnused:
        'Augmentation has no effect here: frozen features are of the pictures as they are, unless augmented copies are made.',
      copiesUnused:
        'No augmented copies are made: they are for frozen features with an automatic start, and augmentation must change something.',
      ldaStart:
        'It starts from a closed form (discriminant analysis, or whitening where labels are few) and goes on from there.',
    },
  },
  findings: {
    heading: 'About your images',
    allAlike:
      'All {n} labelled images show one picture, or nearly so: there is little to tell them apart by.',
    copiesWithinLabels:
      'no label | The one label with several images holds copies of one picture: there is nothing to learn inside it. | Each of the {n} labels with several images holds copies of one picture: there is nothing to learn inside them.',
    sharedPictures:
      'no picture | “{first}” and “{second}” hold the same picture: nothing can tell those apart. | “{first}” and “{second}” hold the same {n} pictures: nothing can tell those apart.',
    morePairs: 'no more | One more pair of labels does so. | {n} more pairs of labels do so.',
  },
  start: 'Start training',
  again: 'Train again',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  cancelHint: 'Stops within one step; what was finished is kept.',
  stages: {
    preparing: 'Preparing',
    choosing: 'Comparing networks and layers',
    features: 'Computing features',
    baseline: 'Measuring before training',
    training: 'Training',
    embedding: 'Embedding all images',
    saving: 'Saving',
  },
  status: {
    running: 'Running',
    paused: 'Paused',
    finished: 'Finished',
    cancelled: 'Cancelled',
    failed: 'Failed',
    interrupted: 'Interrupted',
  },
  ended: {
    unmeasured:
      'Trained. No tested image has another of its label to find, so nothing was measured.',
    finishedUnseen:
      'Of {of} images from labels it never saw, {after} now find one of their own label first (before: {before}).',
    finishedByImage:
      'Of {of} images kept aside, {after} now find one of their own label first (before: {before}).',
    finishedSeen:
      'Of {of} images, {after} now find one of their own label first (before: {before}). They were part of the training.',
    finishedWorse: 'That is fewer than before training.',
    added: 'Of this, training itself added {difference} MAP@R to {form} it began with.',
    lost: 'Training lost {difference} MAP@R against {form} it began with: chance, or too many steps.',
    addedNothing: 'Training changed nothing against {form} it began with.',
    startKept:
      'No epoch bettered {form} it began with on labels held out for that, so the closed form is kept.',
    kept_trained_labels:
      'The trained model is kept: on training labels held out for that, training gained {gain} MAP@R over what is simpler; on the test {test} over {form}.',
    kept_trained_images:
      'The trained model is kept: on training images held out for that, training gained {gain} MAP@R over what is simpler; on the test {test} over {form}.',
    kept_whitening_labels:
      'Training did not clearly help: on training labels held out for that it reached {trained} MAP@R, the closed form alone (whitening) {without}, a difference of {gain} with a standard error of {error}. The closed form is kept.',
    kept_whitening_images:
      'Training did not clearly help: on training images held out for that it reached {trained} MAP@R, the closed form alone (whitening) {without}, a difference of {gain} with a standard error of {error}. The closed form is kept.',
    kept_startBack_labels:
      'Training did not help: on the {count} training labels held out for that, no epoch was better than {form}, which is kept. It reaches {without} MAP@R there.',
    kept_startBack_images:
      'Training did not help: on the {count} training images held out for that, no epoch was better than {form}, which is kept. It reaches {without} MAP@R there.',
    kept_analysis_labels:
      'Training did not clearly help: on training labels held out for that it reached {trained} MAP@R, the closed form alone (discriminant analysis) {without}, a difference of {gain} with a standard error of {error}. The closed form is kept.',
    kept_analysis_images:
      'Training did not clearly help: on training images held out for that it reached {trained} MAP@R, the closed form alone (discriminant analysis) {without}, a difference of {gain} with a standard error of {error}. The closed form is kept.',
    kept_features_labels:
      'Training did not clearly help: on training labels held out for that it reached {trained} MAP@R, the features as they are {without}, a difference of {gain} with a standard error of {error}. The features are kept as they are.',
    kept_features_images:
      'Training did not clearly help: on training images held out for that it reached {trained} MAP@R, the features as they are {without}, a difference of {gain} with a standard error of {error}. The features are kept as they are.',
    forms: {
      auto: 'the closed form',
      whitening: 'the closed form (whitening)',
      analysis: 'the closed form (discriminant analysis)',
      lda: 'the closed form (discriminant analysis, or whitening where labels are few)',
      pca: 'the closed form (principal components)',
      random: 'the closed form',
    },
    copies_used:
      'no copies | One augmented copy of each training picture is used: on training data held out for that the closed form reaches {with} MAP@R with it, {without} without, a gain of {gain} with a standard error of {error}. | {n} augmented copies of each training picture are used: on training data held out for that the closed form reaches {with} MAP@R with them, {without} without, a gain of {gain} with a standard error of {error}.',
    copies_unused:
      'no copies | The augmented copy of each training picture is not used: on training data held out for that the closed form reaches {with} MAP@R with it, {without} without, a difference of {gain} with a standard error of {error}. | The {n} augmented copies of each training picture are not used: on training data held out for that the closed form reaches {with} MAP@R with them, {without} without, a difference of {gain} with a standard error of {error}.',
    copies_nothingHeldOut:
      'Augmented copies are not used: there were too few images to hold some out and see whether they help.',
    kept_nothingHeldOut_features:
      'There were too few images to hold some out, so nothing says whether training helped, and the features are kept as they are. Three images of a label, or four labels to train on, are enough.',
    kept_nothingHeldOut_trained:
      'There were too few images to hold some out, so nothing says whether training helped.',
    kept_notWeighed:
      'Training was ended before what it made could be held against what is simpler, or was whole; the simpler is kept.',
    kept_tuned_labels:
      'Kept: the trained network with its head. On training labels held out for that, MAP@R {network} with it, {without} without.',
    kept_tuned_images:
      'Kept: the trained network with its head. On training images held out for that, MAP@R {network} with it, {without} without.',
    kept_refitted_labels:
      'Kept: the trained network with the closed form fitted again. On training labels held out for that, MAP@R {network} with it, {without} without.',
    kept_refitted_images:
      'Kept: the trained network with the closed form fitted again. On training images held out for that, MAP@R {network} with it, {without} without.',
    kept_withoutNetwork_labels:
      'Training the network did not clearly help: on training labels held out for that, MAP@R {network} with it, {without} without, a difference of {gain} with a standard error of {error}. What is simpler is kept.',
    kept_withoutNetwork_images:
      'Training the network did not clearly help: on training images held out for that, MAP@R {network} with it, {without} without, a difference of {gain} with a standard error of {error}. What is simpler is kept.',
    kept_openEnd:
      'A clock ended the training, so it was not tried on held-out labels whether it helps. Set steps or epochs instead to have the best kept.',
    whatToTry:
      'What may help: correct wrong labels, label more images of each label, add more labels, or choose other features.',
    cancelled: 'Stopped by you. The best state so far is kept.',
    cancelledEmpty: 'Stopped by you before anything was learned.',
    interrupted: 'The program ended while this run was training. It can go on from its last epoch.',
    canGoOn: 'This run can also go on from its last epoch.',
    failed: 'Training stopped: {message}',
    kept: 'Your images, labels and earlier runs are as they were.',
    copy: 'Copy details',
    copied: 'Copied',
  },
  search: {
    heading: 'How network and layers were chosen',
    labels:
      'MAP@R on {count} training labels, each held out in turn, with its 95 % interval. The test took no part.',
    images:
      'MAP@R on {count} training images, each held out in turn, with its 95 % interval. The test took no part.',
    nothing:
      'Too few images could be read to hold any out, so nothing was compared and the cheapest was taken.',
    columns: {
      network: 'Network and layers',
      form: 'Finds most with',
      score: 'MAP@R',
      cost: 'Multiply-adds a picture',
      time: 'Time taken',
    },
    forms: {
      features: 'Features as they are',
      whitening: 'Whitening',
      analysis: 'Discriminant analysis',
    },
    interval: '{low} to {high}',
    cost: '{count} million',
    taken: 'Taken',
    best: 'What finds most is taken.',
    cheaper:
      'Taken is the cheapest that is no more than a standard error behind the best: {shortfall} MAP@R, standard error {error}.',
  },
  next: {
    review: 'Review one hard negative | Review {n} hard negatives',
    triplets: 'See the triplets',
    map: 'Open the map',
    goOn: 'Go on with this run',
    goOnWasm: 'Go on with WebAssembly',
    goOnWasmHint:
      'On the kernels of Semblance instead of the TensorFlow library. Slower on most machines; the last digits may differ.',
  },
  charts: {
    loss: 'Loss',
    lossHelp:
      'How far the batch is from what the loss asks for. The second line is the share of pairs or triplets that still teach it something.',
    activeFraction: 'Active share',
    quality: 'Quality on unseen labels',
    qualityByImage: 'Quality on images kept aside',
    qualityNone: 'Quality on the training images',
    qualityHelp:
      'MAP@R: how many of an image’s nearest R are of its label, and how early they come, where R is the number it could find. P@1: does the very nearest share its label.',
    mapAtR: 'MAP@R',
    precisionAt1: 'P@1',
    before: 'Before training',
    after: 'After training',
    trained: 'Trained (not kept)',
    kept: 'Kept',
    firstEpoch: 'After the first epoch',
    closedForm: 'Closed form',
    tuned: 'Network and head, trained',
    refitted: 'Network trained, closed form again',
    closedForms: {
      auto: 'Closed form',
      whitening: 'Whitening',
      analysis: 'Discriminant analysis',
      lda: 'Discriminant analysis or whitening',
      pca: 'Principal components',
      random: 'Closed form',
    },
    today: 'Kept, on today’s labels',
    normTitle: 'Embedding length and learning rate',
    normHelp:
      'Mean length of the embeddings before they are normalised: where it runs away or falls to 0, training is in trouble. The dashed line is the learning rate, on the right axis.',
    norm: 'Embedding length',
    learningRate: 'Learning rate',
    rateTried: 'Learning rates tried',
    rateFound: 'Learning rate found: {rate}',
    rateHelp: 'The loss while the rate rises: a good rate lies where it falls fastest.',
    distances: 'Mean distance',
    distancesHelp: 'Of the pairs or triplets that were mined in a step.',
    sameLabel: 'Same label',
    otherLabel: 'Other label',
    histogram: 'Distances of pairs',
    histogramHelp:
      'The two clouds should move apart: what has one label comes together, what has another moves away.',
    step: 'Step',
    epoch: 'Epoch',
    waiting: 'Curves appear with the first steps.',
    waitingEpoch: 'Appears after the first epoch.',
  },
  numbers: {
    imagesPerSecond: '{n} images/s',
    epochOf: 'Epoch {epoch} of {total}',
  },
  warnings: {
    collapse: 'Collapse: all embeddings moved to one point.',
    deadMargin: 'The loss came to rest at its margin, so that nothing was learned.',
    notANumber: 'The loss became infinite.',
    semiHardFallback: 'Few semi-hard negatives are left; the farthest negatives stood in for them.',
    classesTooSmall: 'Some labels have fewer images than a batch takes; they are drawn repeatedly.',
    damagedCheckpoint:
      'The newest checkpoint was damaged; the run went on from the one before, or from its start.',
    sameWithinLabels:
      'Within each label all images have the same features, so there was nothing to learn inside them.',
    constantFeatures:
      '{constant} of {features} features are the same in all images that were trained on.',
    applied: 'Training went back to the state after epoch {epoch} and on with {remedy}.',
    remedies: {
      lowerLearningRate: 'a lower learning rate',
      softMargin: 'a soft margin',
      semiHard: 'semi-hard mining',
    },
    again: {
      lowerLearningRate: 'Train again with a lower learning rate',
      softMargin: 'Train again with a soft margin',
      semiHard: 'Train again with semi-hard mining',
    },
  },
  advanced: {
    trainedPart: {
      head: 'Head',
      last: 'Last blocks',
      all: 'Whole network',
      blocks: 'Blocks',
      none: 'Of this network nothing but the head can be trained; EfficientNet-Lite can.',
    },
    heading: 'Advanced',
    reset: 'Back to the plan',
    resetOne: 'Back to the plan: {name}',
    changed: 'nothing chosen | 1 chosen | {n} chosen',
    on: 'On',
    off: 'Off',
    noMiner: 'None',
    noMinerHelp: 'All of the batch takes part.',
    noRegularizer: 'None',
    noRegularizerHelp: 'Nothing is added to the loss.',
    addLoss: 'Add a loss',
    addedLossWeight: 'Weight',
    removeLoss: 'Remove this loss',
    layerNumbers: '{count} numbers an image',
    networkLicence: 'licence {licence}',
    networkWork: '{millions} million multiply-adds an image',
    networkJoin: ', ',
    augmentation: {
      more: 'More',
      preview: 'Eight versions of one picture, as training sees them',
      version: 'Version {number}',
      another: 'Another picture',
      none: 'Every step sees the pictures as they are.',
      sameCopies: 'Copies would be the pictures as they are, so none are made.',
      frozen: 'Frozen features are of the pictures as they are. Copies are varied by augmentation.',
      cannotShow: 'This picture cannot be shown. Rescan the folder, or take another one.',
    },
    share: {
      byClass: 'Now {test} of {all} labels, {share}: each draws for itself.',
      byImage: 'Now {test} of {all} images, {share}: each draws for itself.',
    },
  },
  parts: {
    label: 'What is shown of the run',
    curves: 'Curves',
    labels: 'Labels',
    confusions: 'Mix-ups',
    prediction: 'Prediction',
  },
  gain: {
    corrections: 'Against the run before: | With one correction: | With {count} corrections:',
    figures: 'MAP@R {earlier} → {later} {where},',
    interval: '({low} to {high})',
    same: 'no difference',
    on: {
      same: 'on the same test',
      shared:
        'on no label | on the one label that both keep unseen | on the {count} labels that both keep unseen',
      byImage: 'on the test images of both',
      none: 'on the same images',
    },
    mayBeChance: ': may be chance',
    help: {
      labels:
        'Both runs on the labels of today. In brackets what the difference would be in 95 of 100 draws of as many labels (paired bootstrap).',
      images:
        'Both runs on the labels of today. In brackets what the difference would be in 95 of 100 draws of as many images (paired bootstrap).',
    },
  },
  result: {
    today: 'On today’s labels',
    mapAtRHelp:
      'From 0 to 1. For every image: are its nearest neighbours of its own label? As many are looked at as there are others of its label, and the nearest count most. 1: all of its own kind come first.',
    precisionAt1Help: 'From 0 to 1: of how many images the very nearest has the same label.',
    intervalName: '95 % interval of MAP@R',
    intervalHelp:
      'Where the figure would lie in 95 of 100 draws of as many images. Where two intervals overlap widely, the difference may be chance.',
    interval: '{low} to {high}',
    sample: 'Measured on {queries} of {all} queries, drawn at random.',
    noQueries: 'Not measured: no tested image has another of its label to find.',
  },
  prediction: {
    title: 'Prediction',
    absent: 'The saved model carries nothing to predict with. Train again.',
    heldOut: {
      labels: 'Measured on labels that training never saw, each once as known and once as unknown.',
      images: 'Measured on images that training never saw, of labels that it did.',
      nothing: 'Training kept nothing unseen, so nothing measures it.',
    },
    counts: '{labels} labels; {known} images asked as known, {unknown} as unknown.',
    figures: {
      accuracy: 'Accuracy',
      auroc: 'AUROC',
      oscr: 'OSCR',
      calibrationError: 'Calibration error (ECE)',
      falseAccept: 'False accepts',
      falseReject: 'False rejects',
      opis: 'OPIS',
    },
    help: {
      accuracy: 'Share of known images that get their label',
      auroc: 'How often an unknown image looks stranger than a known one',
      oscr: 'Area under the share of known images that are accepted and right, over the share of unknown ones accepted',
      calibrationError: 'Mean distance of confidence and share of right answers; lower is better',
      falseAccept: 'Share of unknown images that are taken for known ones at the threshold',
      falseReject: 'Share of known images that are taken for unknown at the threshold',
      opis: 'How much labels differ at one threshold; lower: one threshold suits all',
    },
    reliability: 'Reliability',
    reliabilityHelp: 'Share of right answers over confidence: on the line, both agree',
    reliabilityAxes: 'Right answers over confidence, 0 to 100%',
    bin: '{confidence} sure, {accuracy} right, no images | {confidence} sure, {accuracy} right, one image | {confidence} sure, {accuracy} right, {n} images',
    oscr: 'Open-set curve',
    oscrAxes: 'Known and right over unknown accepted, 0 to 100%',
  },
  report: {
    loading: 'Measuring each label',
    part: {
      test: 'Measured on images that training never saw, each against all the others of them.',
      all: 'Measured on all images, those of the training included.',
    },
    columns: {
      name: 'Label',
      images: 'Images',
      mapAtR: 'MAP@R',
      precisionAt1: 'P@1',
      share: 'Vote right',
      confusedWith: 'Mostly taken for',
    },
    help: {
      name: 'Sort by name',
      images: 'Images of the label that were measured',
      mapAtR: 'How many of the nearest are of the label, and how early they come',
      precisionAt1: 'Share whose very nearest image is of the label',
      share: 'Share that the vote of the nearest neighbours takes for the label',
    },
    fewVotes: 'Too few images of this label to win a vote of the neighbours',
    unvoted:
      'No label is left out. | One label with too few images to win is left out. | {count} labels with too few images to win are left out.',
    single: 'one image, nothing to find',
    showLabel: 'Show in the library',
    onMap: 'Show on the map',
    showBoth: 'Show both labels in the library, with these images selected',
    takenFor: 'taken for',
    images: 'no images | 1 image | {count} images',
    vote: 'The {n} nearest neighbours of an image vote for its label; {share} of the votes are right.',
    noConfusion: 'No label is taken for another.',
  },
  picker: {
    units: {
      distance: 'in the chosen distance or similarity',
      cosine: 'a cosine',
      degrees: 'degrees',
    },
    search: 'Search by name, words or author',
    nothing: 'Nothing found.',
    groups: {
      pairs: 'Pairs',
      triplets: 'Triplets',
      classes: 'Classes and proxies',
      suited: 'Goes with the loss',
      unsuited: 'Does not go with the loss',
    },
    miners: 'Miners that suit it: {names}.',
    allMiners: 'Every miner suits it.',
    noMiners: 'It takes no miner.',
    comma: ', ',
  },
  shape: {
    title: 'What the loss asks',
    help: 'The loss itself, evaluated on embeddings that were placed for it: where the curve is high, training pushes.',
    ownClass: 'Own class',
    wrongClass: 'Wrong class',
    axis: {
      pairs: 'Loss of a pair against its distance.',
      joint: 'Loss of an anchor against the distance.',
      triplets: 'Loss against distance to the positive minus distance to the negative.',
      classes: 'Loss of an image against its distance to a class.',
    },
    held: {
      pairs: 'The other side is held at {at}.',
      joint: 'The other side is held at {at}.',
      triplets: 'The negative is held at {at}.',
      classes: 'The other class is held at {at}.',
    },
    margin: 'Hatched: the margin, {size}.',
    neverRests: 'It never comes to rest.',
    active: '{share} active now.',
    mean: 'Mean of the last batch',
    loss: 'Loss',
    distance: 'Distance',
    difference: 'Distance to positive − to negative',
  },
  runs: {
    heading: 'Runs',
    yardstick: 'on today’s labels',
    yardstickHelp:
      'MAP@R of each run on the labels that its test images have now. Below it the difference to the run before; green or red only where chance is ruled out.',
    measuring: 'Measuring on today’s labels',
    whenTrained: 'when trained {figure}',
    difference: 'Against the run before: with 95 % confidence between {low} and {high}',
    testedOn: 'Tested on no labels | Tested on one label | Tested on {count} labels',
    testedOnOthers:
      'Tested on no labels | Tested on another choice of labels, one: not comparable | Tested on another choice of {count} labels: not comparable',
    testedOnAll: 'Measured on the training images',
    groupHelp: 'Runs that are tested on different labels cannot be ranked against one another.',
    none: 'No runs yet.',
    remove: 'Remove run',
  },
  hardest: {
    heading: 'Hardest triplets of the moment',
    none: 'The first mined triplets appear while it trains.',
    open: 'Review this triplet',
  },
  empty: {
    noDatasetTitle: 'No images yet',
    noDatasetText: 'Drop a folder of labelled images on the window first.',
    cannotTitle: 'Training needs a little more',
    openLibrary: 'Open the library',
  },
}
