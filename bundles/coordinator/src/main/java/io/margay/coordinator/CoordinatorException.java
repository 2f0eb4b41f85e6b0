package io.margay.coordinator;

import io.margay.protocol.Errors;

/** An expected failure, as an error code for the client. Has no stack trace: it is an answer, not a defect. */
public final class CoordinatorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errors error;

  /**
   * @param error the code
   * @param message for people, or null for the code's own
   */
  public CoordinatorException(Errors error, String message) {
    super(message == null ? error.message() : message, null, false, false);
    this.error = error;
  }

  /** @param error the code */
  public CoordinatorException(Errors error) {
    this(error, null);
  }

  /** @return the code */
  public Errors error() {
    return error;
  }

  /**
   * @param failure what a future failed with
   * @return its code; UNKNOWN_SERVER_ERROR when it is no expected failure
   */
  public static Errors errorOf(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof CoordinatorException c) {
        return c.error();
      }
    }
    return Errors.UNKNOWN_SERVER_ERROR;
  }

  /** The code for clients when the log did not take or keep a record. */
  static Errors forClients(Errors error) {
    return switch (error) {
      case NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR, FENCED_LEADER_EPOCH -> Errors.NOT_COORDINATOR;
      case UNKNOWN_TOPIC_OR_PARTITION, NOT_ENOUGH_REPLICAS, NOT_ENOUGH_REPLICAS_AFTER_APPEND, REQUEST_TIMED_OUT ->
          Errors.COORDINATOR_NOT_AVAILABLE;
      case RECORD_LIST_TOO_LARGE, INVALID_FETCH_SIZE -> Errors.MESSAGE_TOO_LARGE;
      default -> error;
    };
  }
}
