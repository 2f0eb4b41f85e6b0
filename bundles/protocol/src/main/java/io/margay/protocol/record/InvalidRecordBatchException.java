package io.margay.protocol.record;

import java.util.List;
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
    /** Sizes or checksum are broken: what arrived is not what was sent, so sending it again may help. */
    CORRUPT_MESSAGE,
    /** The batch is what was sent, but its records cannot be read or break a rule of the log or the topic. */
    INVALID_RECORD,
    /** The records decompress to more bytes than a batch may have. */
    MESSAGE_TOO_LARGE,
    /** Magic 0 or 1. */
    UNSUPPORTED_FOR_MESSAGE_FORMAT,
    /** The attributes name no known codec. */
    UNSUPPORTED_COMPRESSION_TYPE,
    /** A timestamp is outside of what the topic allows. */
    INVALID_TIMESTAMP
  }

  /** A record at fault, by its index within the batch, from 0. */
  public record Fault(int recordIndex, String message) { }

  private final Reason reason;
  private final int recordIndex;
  // Exceptions are serializable; this one never is.
  private final transient List<Fault> faults;

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
    this.faults = recordIndex == NO_RECORD ? List.of() : List.of(new Fault(recordIndex, message));
  }

  /** An exception about several records, of which there is at least one. */
  public InvalidRecordBatchException(Reason reason, String message, List<Fault> faults) {
    super(message, null, true, false);
    this.reason = Objects.requireNonNull(reason, "reason");
    this.recordIndex = faults.get(0).recordIndex();
    this.faults = List.copyOf(faults);
  }

  public final Reason reason() {
    return reason;
  }

  /** Index within the batch of the first record at fault, from 0, or {@link #NO_RECORD}. */
  public final int recordIndex() {
    return recordIndex;
  }

  /** The records at fault, in their order; empty when the fault is not in one record. There may be more than are listed. */
  public final List<Fault> faults() {
    return faults;
  }
}
