package io.margay.protocol.generator;

import io.margay.protocol.generator.FieldType.Kind;
import java.util.HashMap;
import java.util.Map;

/**
 * How much memory the elements of arrays take on the heap, from the schema: object headers, fields, references and the objects
 * that each element always has. Contents of strings, byte fields and arrays are counted when they are read.
 *
 * <p>The sizes are those of a 64-bit JVM with compressed pointers; they are a measure, not a promise.
 */
final class StructCosts {
  private static final int HEADER = 16;
  private static final int REFERENCE = 4;
  /** A list grows by half of its size, so a slot in it takes up to one and a half references. */
  private static final int SLOT = 6;
  private static final int EMPTY_LIST = 40;
  private static final int UUID = 32;
  /** A view of the buffer, and the object around it. */
  private static final int RECORDS = 144;

  private final Map<String, StructSpec> structs = new HashMap<>();
  private final Map<String, Boolean> withRecords = new HashMap<>();
  private final Map<String, Boolean> withErrors = new HashMap<>();

  StructCosts(MessageSpec message) {
    message.structs().forEach(s -> structs.put(s.name(), s));
    structs.put(message.top().name(), message.top());
  }

  /** @return bytes that one element of this type takes in a list */
  int elementBytes(FieldType type) {
    return SLOT + switch (type.kind()) {
      case BOOL, INT8, STRING, BYTES -> 0;
      case INT16, UINT16, INT32 -> 16;
      case INT64, UINT32, FLOAT64 -> 24;
      case UUID -> UUID;
      case STRUCT -> structBytes(structs.get(type.struct()));
      case RECORDS, ARRAY -> throw new IllegalArgumentException("no element type: " + type);
    };
  }

  private int structBytes(StructSpec struct) {
    // with the list of unknown tagged fields
    int bytes = HEADER + REFERENCE;
    for (FieldSpec field : struct.fields()) {
      bytes += fieldBytes(field.type());
    }
    return (bytes + 7) / 8 * 8;
  }

  private int fieldBytes(FieldType type) {
    return switch (type.kind()) {
      case BOOL, INT8 -> 1;
      case INT16, UINT16 -> 2;
      case INT32 -> 4;
      case INT64, UINT32, FLOAT64 -> 8;
      case STRING, BYTES -> REFERENCE;
      case UUID -> REFERENCE + UUID;
      case RECORDS -> REFERENCE + RECORDS;
      case ARRAY -> REFERENCE + EMPTY_LIST;
      case STRUCT -> REFERENCE + structBytes(structs.get(type.struct()));
    };
  }

  /** @return whether there are records in a struct, at any depth */
  boolean hasRecords(StructSpec struct) {
    Boolean known = withRecords.get(struct.name());
    if (known == null) {
      known = struct.fields().stream().anyMatch(f -> hasRecords(f.type()));
      withRecords.put(struct.name(), known);
    }
    return known;
  }

  /** @return whether there are records in a field of this type */
  boolean hasRecords(FieldType type) {
    return type.kind() == Kind.RECORDS || type.structName() != null && hasRecords(structs.get(type.structName()));
  }

  /** @return whether a struct has an error code, at any depth */
  boolean hasErrorCode(StructSpec struct) {
    Boolean known = withErrors.get(struct.name());
    if (known == null) {
      known = struct.fields().stream().anyMatch(f -> isErrorCode(f) || hasErrorCode(f.type()));
      withErrors.put(struct.name(), known);
    }
    return known;
  }

  /** @return whether there is an error code in a field of this type */
  boolean hasErrorCode(FieldType type) {
    return type.structName() != null && hasErrorCode(structs.get(type.structName()));
  }

  /** @return whether a field is an error code */
  static boolean isErrorCode(FieldSpec field) {
    return field.name().equals("errorCode") && field.type().kind() == Kind.INT16;
  }
}
