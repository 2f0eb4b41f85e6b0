package io.margay.protocol;

/**
 * A message with a schema. {@link #read} and {@link #write} throw {@link UnsupportedMessageVersionException} for versions
 * outside {@link #lowestVersion()} to {@link #highestVersion()}.
 */
public interface Message extends MessageStruct {
  /** The API key, or -1 when this is neither a request nor a response. */
  short apiKey();

  /** The lowest version that the schema has. */
  short lowestVersion();

  /** The highest version that the schema has. */
  short highestVersion();

  /** Whether the message itself, not only a part of it, has an error code in {@code version}. */
  default boolean hasErrorCode(short version) {
    return false;
  }

  /**
   * Says in a response how long the client should not send anything, where its schema has a place for that.
   *
   * @param ms milliseconds
   */
  default void throttle(int ms) {
    // most messages have no place for it
  }
}
