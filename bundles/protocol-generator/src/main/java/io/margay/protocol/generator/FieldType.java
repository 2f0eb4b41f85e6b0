package io.margay.protocol.generator;

import java.util.Map;

/**
 * The type of a field or of an array's elements.
 *
 * @param kind what the wire format knows
 * @param struct the name of the struct; null for other kinds
 * @param element the type of the elements; null unless the kind is ARRAY
 */
record FieldType(Kind kind, String struct, FieldType element) {

  /** The primitive types with their Java form, and the three kinds that are made of others. */
  enum Kind {
    BOOL("boolean", "Boolean", "Boolean"),
    INT8("byte", "Byte", "Byte"),
    INT16("short", "Short", "Short"),
    UINT16("int", "Integer", "UnsignedShort"),
    INT32("int", "Integer", "Int"),
    UINT32("long", "Long", "UnsignedInt"),
    INT64("long", "Long", "Long"),
    FLOAT64("double", "Double", "Double"),
    UUID("UUID", "UUID", "Uuid"),
    STRING("String", "String", "String"),
    BYTES("byte[]", "byte[]", "Bytes"),
    RECORDS("Records", "Records", "Records"),
    STRUCT(null, null, null),
    ARRAY(null, null, null);

    private final String java;
    private final String boxed;
    private final String method;

    Kind(String java, String boxed, String method) {
      this.java = java;
      this.boxed = boxed;
      this.method = method;
    }

    /** The end of the names of the reader's and writer's methods. */
    String method() {
      return method;
    }

    boolean isPrimitive() {
      return ordinal() < UUID.ordinal();
    }

    boolean hasLength() {
      return this == STRING || this == BYTES || this == RECORDS;
    }
  }

  private static final Map<String, Kind> SCALARS = Map.ofEntries(
      Map.entry("bool", Kind.BOOL), Map.entry("int8", Kind.INT8), Map.entry("int16", Kind.INT16),
      Map.entry("uint16", Kind.UINT16), Map.entry("int32", Kind.INT32), Map.entry("uint32", Kind.UINT32),
      Map.entry("int64", Kind.INT64), Map.entry("float64", Kind.FLOAT64), Map.entry("uuid", Kind.UUID),
      Map.entry("string", Kind.STRING), Map.entry("bytes", Kind.BYTES), Map.entry("records", Kind.RECORDS));

  static FieldType parse(String text) {
    if (text.startsWith("[]")) {
      FieldType element = parse(text.substring(2));
      if (element.kind == Kind.ARRAY || element.kind == Kind.RECORDS) {
        throw new IllegalArgumentException("unsupported array type " + text);
      }
      return new FieldType(Kind.ARRAY, null, element);
    }
    Kind scalar = SCALARS.get(text);
    if (scalar != null) {
      return new FieldType(scalar, null, null);
    }
    if (!Character.isUpperCase(text.charAt(0))) {
      throw new IllegalArgumentException("unknown type " + text);
    }
    return new FieldType(Kind.STRUCT, text, null);
  }

  String java() {
    return switch (kind) {
      case STRUCT -> struct;
      case ARRAY -> "List<" + element.boxed() + ">";
      default -> kind.java;
    };
  }

  String boxed() {
    return kind == Kind.STRUCT || kind == Kind.ARRAY ? java() : kind.boxed;
  }

  /** The name of the struct that this type is or is an array of, or null. */
  String structName() {
    return kind == Kind.ARRAY ? element.structName() : struct;
  }
}
