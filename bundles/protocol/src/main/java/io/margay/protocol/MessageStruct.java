package io.margay.protocol;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** A part of a message, or a message. Mutable, for one thread at a time. */
public interface MessageStruct {
  /**
   * Replaces all fields by what {@code in} holds; fields that do not exist in {@code version} get their defaults.
   *
   * @throws MalformedMessageException if the bytes are no such struct; the fields are then undefined
   */
  void read(MessageReader in, short version);

  /**
   * Writes all fields that exist in {@code version}.
   *
   * @throws UnsupportedMessageVersionException if a field that does not exist in {@code version}, and may not be dropped
   *     silently, has another value than its default
   * @throws IllegalStateException if a field is null that must not be
   */
  void write(MessageWriter out, short version);

  /** Calls {@code action} for all records in this, in the order in which they are written. */
  default void forEachRecords(Consumer<Records> action) {
    // most structs have none
  }

  /** Whether an error code in this, or in a part of it, is not 0. */
  default boolean reportsError() {
    return false;
  }

  /** Calls {@code action} with each error code in this and in its parts that is not 0. */
  default void forEachError(IntConsumer action) {
    // most structs have none
  }

  /** The tagged fields that the schema does not know, ascending by tag; a mutable list. */
  List<UnknownTaggedField> unknownTaggedFields();
}
