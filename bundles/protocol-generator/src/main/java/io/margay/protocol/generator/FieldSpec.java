package io.margay.protocol.generator;

/**
 * One field of a message or struct.
 *
 * @param name the Java name
 * @param type the type
 * @param versions the versions of the message in which the field exists
 * @param nullableVersions the versions in which null is allowed
 * @param taggedVersions the versions in which it is written in the tagged section
 * @param tag the tag; -1 when it is never tagged
 * @param flexibleVersions the versions in which the field's lengths are compact
 * @param ignorable whether a value is dropped silently in versions without the field
 * @param defaultText the schema's default, or null
 */
record FieldSpec(String name, FieldType type, Versions versions, Versions nullableVersions, Versions taggedVersions, int tag,
    Versions flexibleVersions, boolean ignorable, String defaultText) {

  /** The versions in which the field stands before the tagged section. A field can only become tagged, with its last versions. */
  Versions untaggedVersions() {
    if (taggedVersions.isEmpty()) {
      return versions;
    }
    Versions before = new Versions(versions.lowest(), taggedVersions.lowest() - 1);
    return before.isEmpty() ? Versions.NONE : before;
  }

  /** Whether null is allowed in any version. */
  boolean isNullable() {
    return !nullableVersions.isEmpty();
  }

  /** Whether the field starts as null. */
  boolean defaultsToNull() {
    return type.kind() == FieldType.Kind.RECORDS || "null".equals(defaultText);
  }

  /** The Java expression of the default value. */
  String defaultExpression() {
    if (defaultsToNull()) {
      return "null";
    }
    String text = defaultText == null ? "" : defaultText;
    return switch (type.kind()) {
      case BOOL -> Boolean.toString(Boolean.parseBoolean(text));
      case INT8 -> "(byte) " + integer(text);
      case INT16 -> "(short) " + integer(text);
      case UINT16, INT32 -> integer(text) == Integer.MIN_VALUE ? "Integer.MIN_VALUE" : Long.toString(integer(text));
      case UINT32, INT64 -> integer(text) == Long.MIN_VALUE ? "Long.MIN_VALUE" : integer(text) + "L";
      case FLOAT64 -> Double.toString(text.isEmpty() ? 0 : Double.parseDouble(text));
      case UUID -> "KafkaUuid.ZERO";
      case STRING -> '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
      case BYTES -> "MessageReader.NO_BYTES";
      case STRUCT -> "new " + type.struct() + "()";
      case ARRAY -> "new ArrayList<>(0)";
      case RECORDS -> "null";
    };
  }

  private static long integer(String text) {
    return text.isEmpty() ? 0 : Long.decode(text);
  }

  /** A Java condition that is true when {@code this.name} differs from the default. */
  String isNotDefault() {
    String value = "this." + name;
    if (defaultsToNull()) {
      return value + " != null";
    }
    if (type.kind().isPrimitive()) {
      if (type.kind() == FieldType.Kind.BOOL) {
        return Boolean.parseBoolean(defaultText) ? "!" + value : value;
      }
      return value + " != " + defaultExpression();
    }
    String differs = switch (type.kind()) {
      case UUID -> "!" + value + ".equals(KafkaUuid.ZERO)";
      case STRING -> "!" + value + ".equals(" + defaultExpression() + ")";
      case BYTES -> value + ".length != 0";
      case STRUCT -> "!" + value + ".isDefault()";
      case ARRAY -> "!" + value + ".isEmpty()";
      default -> throw new IllegalStateException(type.toString());
    };
    return isNullable() ? "(" + value + " == null || " + differs + ")" : differs;
  }
}
