package io.margay.transactions.internal.state;

/**
 * The states of a transactional id, with the numbers that they have in the log.
 *
 * <pre>
 *   EMPTY --add--> ONGOING --commit--> PREPARE_COMMIT --markers--> COMPLETE_COMMIT --add--> ONGOING
 *     |               +-abort, fence, timeout-> PREPARE_ABORT --markers--> COMPLETE_ABORT --add--> ONGOING
 *     +-- abort without partitions (transactions v2), also from COMPLETE_* --> PREPARE_ABORT
 * </pre>
 *
 * InitProducerId leads from EMPTY and COMPLETE_* to EMPTY.
 */
public enum TransactionStatus {
  /** No transaction since the id was initialised. */
  EMPTY(0, "Empty"),
  /** A transaction is open. */
  ONGOING(1, "Ongoing"),
  /** The commit is decided, markers are being written. */
  PREPARE_COMMIT(2, "PrepareCommit"),
  /** The abort is decided, markers are being written. */
  PREPARE_ABORT(3, "PrepareAbort"),
  /** The last transaction was committed. */
  COMPLETE_COMMIT(4, "CompleteCommit"),
  /** The last transaction was aborted. */
  COMPLETE_ABORT(5, "CompleteAbort");

  private final byte code;
  private final String title;

  TransactionStatus(int code, String title) {
    this.code = (byte) code;
    this.title = title;
  }

  /** @return the number in the log */
  public byte code() {
    return code;
  }

  /** @return Kafka's name */
  public String title() {
    return title;
  }

  /** @return whether the end is decided and not all markers are written */
  public boolean preparing() {
    return this == PREPARE_COMMIT || this == PREPARE_ABORT;
  }

  /** @return whether no transaction is open or being ended */
  public boolean idle() {
    return this == EMPTY || this == COMPLETE_COMMIT || this == COMPLETE_ABORT;
  }

  /**
   * @param code a number of the log
   * @return the state
   * @throws IllegalArgumentException when there is none
   */
  public static TransactionStatus of(byte code) {
    for (TransactionStatus status : values()) {
      if (status.code == code) {
        return status;
      }
    }
    throw new IllegalArgumentException("there is no transaction state " + code);
  }
}
