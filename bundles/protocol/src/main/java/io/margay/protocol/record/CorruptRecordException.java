package io.margay.protocol.record;

/** Bytes that break the record format; the reason is always {@link InvalidRecordBatchException.Reason#CORRUPT_MESSAGE}. */
public final class CorruptRecordException extends InvalidRecordBatchException {
  private static final long serialVersionUID = 1L;

  public CorruptRecordException(String message) {
    this(message, NO_RECORD, null);
  }

  public CorruptRecordException(String message, Throwable cause) {
    this(message, NO_RECORD, cause);
  }

  CorruptRecordException(String message, int recordIndex, Throwable cause) {
    super(Reason.CORRUPT_MESSAGE, message, recordIndex, cause);
  }
}
