package io.margay.protocol.record;

/** Who set the timestamps of a batch. */
public enum TimestampType {
  /** The producer; each record has its own. */
  CREATE_TIME,
  /** The broker at append; every record of the batch has the batch's max timestamp. */
  LOG_APPEND_TIME
}
