package io.margay.protocol.record;

/**
 * Reads the structure of one record after the other and keeps the fields of the last, without touching key, value or headers.
 * It checks that every length is within the record and that nothing is left at its end. Reusable.
 */
final class RecordWalker {
  long timestampDelta;
  int offsetDelta;
  /** -1 for null. */
  int keyLength;
  long keyPosition;
  /** -1 for null. */
  int valueLength;
  long valuePosition;
  int headerCount;
  /** Position after the header count. */
  long headersPosition;
  /** Position after the record. */
  long endPosition;

  /** Reads one whole record of at most so many bytes. */
  void walk(RecordSource in, int maxRecordBytes) {
    walkBody(in, readSize(in, maxRecordBytes));
  }

  /** Reads the size that stands before each record, and checks that so much can follow. */
  static int readSize(RecordSource in, int maxRecordBytes) {
    in.limit(RecordSource.NO_LIMIT);
    int size = in.readVarint();
    if (size > maxRecordBytes) {
      throw new InvalidRecordBatchException(InvalidRecordBatchException.Reason.INVALID_RECORD, "record at position "
          + in.position() + " has " + size + " bytes, more than the " + maxRecordBytes + " allowed");
    }
    if (size > in.remaining() && in.isCompressed() && size <= in.maxBytes()) {
      // This record alone would be allowed; those before it have used up the allowance.
      throw RecordSource.tooLarge(in.maxBytes());
    }
    if (size < 0 || size > in.remaining()) {
      throw new CorruptRecordException("record at position " + in.position() + " announces " + size + " bytes, expected 0 to "
          + in.remaining());
    }
    return size;
  }

  /** Reads the record after its size. */
  void walkBody(RecordSource in, int size) {
    long end = in.position() + size;
    endPosition = end;
    in.limit(end);
    in.skip(1); // Record attributes: no bit is in use, and other values are for later versions to define.
    timestampDelta = in.readVarlong();
    offsetDelta = in.readVarint();
    keyLength = readLength(in, -1, "key");
    keyPosition = in.position();
    in.skip(Math.max(0, keyLength));
    valueLength = readLength(in, -1, "value");
    valuePosition = in.position();
    in.skip(Math.max(0, valueLength));
    headerCount = readLength(in, 0, "header array");
    headersPosition = in.position();
    for (int i = 0; i < headerCount; i++) {
      in.skip(readLength(in, 0, "header key"));
      in.skip(Math.max(0, readLength(in, -1, "header value")));
    }
    if (in.position() != end) {
      throw new CorruptRecordException("record has " + (end - in.position()) + " bytes after its last header, expected none");
    }
    in.limit(RecordSource.NO_LIMIT);
  }

  private static int readLength(RecordSource in, int min, String what) {
    int length = in.readVarint();
    if (length < min) {
      throw new CorruptRecordException("length of the " + what + " is " + length + ", expected at least " + min);
    }
    return length;
  }
}
