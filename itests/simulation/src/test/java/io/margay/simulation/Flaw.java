package io.margay.simulation;

/** A known error of protocols that a simulation may plant, to show that it would find it. */
enum Flaw {
  /** The protocols are as they should be. */
  NONE,
  /** The protocols are as they should be, and there are members of groups instead of transactions. */
  GROUPS,
  /** The protocols are as they should be, and there are no transactions. */
  NO_TRANSACTIONS,
  /** A mirror goes on at its end without a look at whether the source has the same last batch. */
  UNCOMPARED_END,
  /** A mirror that is cut is filled again in the same leader epoch. */
  REPLACED_IN_EPOCH,
  /** The high watermark advances without a replica before the controller has taken it out of the ISR. */
  EARLY_HIGH_WATERMARK,
  /** A follower's fetch says nothing of leader epochs, so neither side sees that the logs differ. */
  NO_EPOCH_CHECK,
  /** A replica that begins to follow cuts its log at its high watermark (as before KIP-101). */
  CUT_TO_HIGH_WATERMARK,
  /** A replica outside of the ISR may be elected. */
  ELECTION_OUTSIDE_ISR,
  /** A voter answers before its vote is on stable storage. */
  UNSYNCED_VOTE,
  /** A coordinator acts on a decision before all in-sync replicas have it. */
  EARLY_DECISION,
  /** A leader appends a batch of a transaction whatever the coordinator says of its producer. */
  TRUSTED_PRODUCERS,
  /** A group coordinator does not hear which partitions members still have. */
  UNHEARD_OWNERS,
  /** The coordinator of a streams group does not hear which tasks members still have. */
  UNHEARD_TASKS,
  /** A group coordinator answers before all in-sync replicas have its decision. */
  EARLY_ASSIGNMENT,
  /** A share coordinator confirms an acknowledgement before all in-sync replicas have it. */
  EARLY_CONFIRMATION,
  /** The leader of a share partition takes released records for accepted ones. */
  SWALLOWED_RELEASES;

  /** Whether there are members of groups. */
  boolean grouped() {
    return this == GROUPS || this == UNHEARD_OWNERS || this == UNHEARD_TASKS || this == EARLY_ASSIGNMENT || this == EARLY_CONFIRMATION
        || this == SWALLOWED_RELEASES;
  }

  /** Whether there are transactions. The flaws of the layers below are found without, and under more seeds in the same time. */
  boolean transactional() {
    return this == NONE || this == EARLY_DECISION || this == TRUSTED_PRODUCERS;
  }
}
