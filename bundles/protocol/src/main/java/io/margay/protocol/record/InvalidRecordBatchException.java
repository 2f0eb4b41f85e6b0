package io.margay.protocol.record;

import java.util.Objects;

/**
 * A batch that is not acceptable. It carries no stack trace: it is raised by what a client sent, so it must stay cheap, and its
 * message names what was found and what was expected. Record contents are never part of the message.
 */
public class InvalidRecordBatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Value of {@link #recordIndex()} when the fault is not in one record. */
  public static final int NO_RECORD = -1;

  /** Why; the names are those of the protocol's error codes. */
  public enum Reason {
    /** Sizes, lengths, checksum or compressed data are broken. */
    CORRUPT_MESSAGE,
    /** Well formed, but breaks a rule of the log or the topic. */
    INVALID_RECORD,
    /** Magic 0 or 1. */
    UNSUPPORTED_FOR_MESSAGE_FORMAT,
    /** The attributes name no known codec. */
    UNSUPPORTED_COMPRESSION_TYPE,
    /** A timestamp is outside of what the topic allows. */
    INVALID_TIMESTAMP
  }

  private final Reason reason;
  private final int recordIndex;

  public InvalidRecordBatchException(Reason reason, String message) {
    this(reason, message, NO_RECORD, null);
  }

  /**
   * An exception about one record.
   *
   * @param recordIndex index within the batch, from 0, or {@link #NO_RECORD}
   * @param cause may be null
   */
  public InvalidRecordBatchException(Reason reason, String message, int recordIndex, Throwable cause) {
    super(message, cause, true, false);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.recordIndex = recordIndex;
  }

  public final Reason reason() {
    return reason;
  }

  /** Index within the batch of the record at fault, from 0, or {@link #NO_RECORD}. */
  public final int recordIndex() {
    return recordIndex;
  }
}
