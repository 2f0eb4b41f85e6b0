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
}
