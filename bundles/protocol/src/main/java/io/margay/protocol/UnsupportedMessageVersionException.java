package io.margay.protocol;

/** A message cannot be read or written in a version: the schema lacks the version, or the version lacks a field that is set. */
public class UnsupportedMessageVersionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedMessageVersionException(String message) {
    super(message);
  }

  /** A field has a value that {@code version} cannot express. */
  public static UnsupportedMessageVersionException field(String field, short version) {
    return new UnsupportedMessageVersionException(field + " is set, but version " + version + " has no such field");
  }

  /** The schema of a message has no {@code version}. */
  public static UnsupportedMessageVersionException message(String name, short version, short lowest, short highest) {
    return new UnsupportedMessageVersionException(name + " has versions " + lowest + " to " + highest + ", not " + version);
  }
}
