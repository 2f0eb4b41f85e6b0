package io.margay.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/** Valid messages with random contents, made from the schemas that the Kafka client has at run time. */
public final class RandomMessageBytes {
  private static final long[] EDGES = {0, 0, 1, -1, -2, 2, 127, -128, Short.MAX_VALUE, Short.MIN_VALUE, Integer.MAX_VALUE,
      Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE};
  private static final String[] CHARACTERS = {"a", "Z", "0", ".", "-", "\u00e9", "\u0416", "\u20ac", "\ud83d\ude00", " "};

  private final Random random;
  private final Known known;

  /**
   * Values that a message has now and then instead of random ones, so that it speaks of something that is there.
   *
   * @param strings for any string, such as names of topics
   * @param ids for any id, 16 bytes each
   * @param records for records
   */
  public record Known(List<byte[]> strings, List<byte[]> ids, List<byte[]> records) { }

  RandomMessageBytes(long seed) {
    this(seed, new Known(List.of(), List.of(), List.of()));
  }

  public RandomMessageBytes(long seed, Known known) {
    this.random = new Random(seed);
    this.known = known;
  }

  /** A message of this schema. */
  public byte[] message(Schema schema) {
    ByteBuf out = Unpooled.buffer();
    fields(schema, out);
    return ByteBufUtil.getBytes(out);
  }

  private void fields(Schema schema, ByteBuf out) {
    for (BoundField field : schema.fields()) {
      value(field.def.type, out);
    }
  }

  private void value(Type type, ByteBuf out) {
    if (type instanceof Schema schema) {
      if (type.isNullable()) {
        boolean isNull = random.nextInt(3) == 0;
        out.writeByte(isNull ? -1 : 1);
        if (isNull) {
          return;
        }
      }
      fields(schema, out);
    } else if (type instanceof TaggedFields tagged) {
      taggedFields(tagged, out);
    } else if (type.isArray()) {
      array(type, out);
    } else {
      scalar(((Type.DocumentedType) type).typeName(), out);
    }
  }

  private void array(Type type, ByteBuf out) {
    boolean compact = ((Type.DocumentedType) type).typeName().startsWith("COMPACT_");
    int count = type.isNullable() && random.nextInt(4) == 0 ? -1 : random.nextInt(4);
    length(count, compact, out);
    for (int i = 0; i < count; i++) {
      value(type.arrayElementType().orElseThrow(), out);
    }
  }

  private void taggedFields(TaggedFields tagged, ByteBuf out) {
    Map<Integer, byte[]> values = new TreeMap<>();
    for (Map.Entry<Integer, Field> entry : tagged.fields().entrySet()) {
      if (random.nextBoolean()) {
        ByteBuf value = Unpooled.buffer();
        taggedValue(entry.getValue().type, value);
        values.put(entry.getKey(), ByteBufUtil.getBytes(value));
      }
    }
    while (random.nextInt(4) == 0) {
      // No schema has so many tags, in any version.
      values.put(50 + random.nextInt(200), bytes(random.nextInt(200)));
    }
    varint(values.size(), out);
    values.forEach((tag, value) -> {
      varint(tag, out);
      varint(value.length, out);
      out.writeBytes(value);
    });
  }

  private void taggedValue(Type type, ByteBuf out) {
    if (type instanceof Schema schema && type.isNullable()) {
      // Kafka's classes mark a tagged null by a varint of 0, unlike any other nullable struct.
      boolean isNull = random.nextInt(3) == 0;
      varint(isNull ? 0 : 1, out);
      if (!isNull) {
        fields(schema, out);
      }
    } else {
      value(type, out);
    }
  }

  private void scalar(String type, ByteBuf out) {
    switch (type) {
      case "BOOLEAN" -> out.writeByte(random.nextInt(2));
      case "INT8" -> out.writeByte((int) number());
      case "INT16", "UINT16" -> out.writeShort((int) number());
      case "INT32", "UINT32" -> out.writeInt((int) number());
      case "INT64" -> out.writeLong(number());
      case "FLOAT64" -> out.writeDouble(random.nextGaussian());
      case "UUID" -> {
        if (isKnown(known.ids())) {
          out.writeBytes(one(known.ids()));
          return;
        }
        boolean zero = random.nextInt(3) == 0;
        out.writeLong(zero ? 0 : random.nextLong());
        out.writeLong(zero ? 0 : random.nextLong());
      }
      default -> sized(type, out);
    }
  }

  private void sized(String type, ByteBuf out) {
    boolean compact = type.startsWith("COMPACT_");
    byte[] value = null;
    if (!type.contains("NULLABLE_") || random.nextInt(3) != 0) {
      value = type.endsWith("STRING") ? string() : bytes(type);
    }
    int length = value == null ? -1 : value.length;
    if (type.endsWith("STRING") && !compact) {
      out.writeShort(length);
    } else if (type.endsWith("STRING") || type.endsWith("BYTES") || type.endsWith("RECORDS")) {
      length(length, compact, out);
    } else {
      throw new IllegalArgumentException(type);
    }
    if (value != null) {
      out.writeBytes(value);
    }
  }

  private boolean isKnown(List<byte[]> values) {
    return !values.isEmpty() && random.nextInt(3) != 0;
  }

  private byte[] one(List<byte[]> values) {
    return values.get(random.nextInt(values.size()));
  }

  private byte[] bytes(String type) {
    if (type.endsWith("RECORDS") && isKnown(known.records())) {
      return one(known.records());
    }
    return bytes(random.nextInt(8) == 0 ? 0 : random.nextInt(300));
  }

  private byte[] string() {
    if (isKnown(known.strings())) {
      return one(known.strings());
    }
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(5) == 0 ? random.nextInt(500) : random.nextInt(12);
    for (int i = 0; i < length; i++) {
      text.append(CHARACTERS[random.nextInt(random.nextBoolean() ? 4 : CHARACTERS.length)]);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] bytes(int length) {
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  private long number() {
    return random.nextInt(3) == 0 ? random.nextLong() : EDGES[random.nextInt(EDGES.length)];
  }

  private static void length(int length, boolean compact, ByteBuf out) {
    if (compact) {
      varint(length + 1, out);
    } else {
      out.writeInt(length);
    }
  }

  private static void varint(int value, ByteBuf out) {
    int rest = value;
    while (rest > 0x7f) {
      out.writeByte(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }
}
