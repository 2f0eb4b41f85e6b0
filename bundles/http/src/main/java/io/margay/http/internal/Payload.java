package io.margay.http.internal;

/**
 * The key or the value of a record.
 *
 * @param type BINARY, JSON or STRING, or null when the client did not name one
 * @param bytes what is written, or null
 */
record Payload(String type, byte[] bytes) {
  static final Payload NONE = new Payload(null, null);

  int sizeBytes() {
    return bytes == null ? 0 : bytes.length;
  }
}
