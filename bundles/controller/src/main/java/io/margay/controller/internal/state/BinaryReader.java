package io.margay.controller.internal.state;

import io.margay.model.BrokerId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** Reads what {@link BinaryWriter} wrote. Throws {@link IllegalArgumentException} when the bytes are something else. */
final class BinaryReader {
  private final ByteBuffer in;

  BinaryReader(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes);
  }

  /** Runs a decoding, and turns reads past the end into the exception of this class. */
  static <T> T read(byte[] bytes, Function<BinaryReader, T> decoder) {
    BinaryReader reader = new BinaryReader(bytes);
    try {
      T result = decoder.apply(reader);
      if (reader.in.hasRemaining()) {
        throw new IllegalArgumentException(reader.in.remaining() + " bytes are left over at " + reader.in.position());
      }
      return result;
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("the bytes end too early, at " + reader.in.limit(), e);
    }
  }

  boolean hasRemaining() {
    return in.hasRemaining();
  }

  int position() {
    return in.position();
  }

  /** Where the next {@code length} bytes end. */
  int end(int length) {
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException("impossible length " + length + " at " + in.position());
    }
    return in.position() + length;
  }

  int int8() {
    return in.get();
  }

  boolean bool() {
    return in.get() != 0;
  }

  short int16() {
    return in.getShort();
  }

  int int32() {
    return in.getInt();
  }

  long int64() {
    return in.getLong();
  }

  UUID uuid() {
    return new UUID(in.getLong(), in.getLong());
  }

  private int length() {
    int length = in.getInt();
    if (length < -1 || length > in.remaining()) {
      throw new IllegalArgumentException("impossible length " + length + " at " + in.position());
    }
    return length;
  }

  String text() {
    int length = length();
    if (length < 0) {
      return null;
    }
    byte[] utf8 = new byte[length];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  /** A list; every element has at least one byte. */
  <T> List<T> list(Function<BinaryReader, T> element) {
    int count = length();
    List<T> values = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      values.add(element.apply(this));
    }
    return values;
  }

  <K, V> Map<K, V> map(Function<BinaryReader, K> key, Function<BinaryReader, V> value) {
    int count = length();
    Map<K, V> values = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      K k = key.apply(this);
      values.put(k, value.apply(this));
    }
    return values;
  }

  List<BrokerId> brokers() {
    return List.copyOf(list(r -> new BrokerId(r.int32())));
  }
}
