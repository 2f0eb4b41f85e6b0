package io.margay.simulation;

/** A known error of links that a simulation may plant, to show that it would find it. */
enum LinkFlaw {
  /** Links are as they should be. */
  NONE,
  /** A link does not see that a topic of its source is a mirror itself. */
  LOOPS,
  /** Offsets of groups are translated as if batches had other borders. */
  SHIFTED_OFFSETS,
  /** A mirror says that it comes from another topic. */
  FOREIGN_SOURCE,
  /** A lane goes on where it remembers to be, and not at the position that was written with the records. */
  FORGETFUL_LANES,
  /** A partitioner looks at more than the key. */
  SPREAD_KEYS
}
