package io.margay.controller.internal.state;

import io.margay.model.BrokerId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;

/** Writes commands and snapshots: big endian numbers, texts and lists after their length as an int32; -1 stands for null. */
final class BinaryWriter {
  private byte[] bytes = new byte[512];
  private int size;

  private int grow(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), bytes.length * 2));
    }
    int start = size;
    size += more;
    return start;
  }

  BinaryWriter int8(int value) {
    int at = grow(1);
    bytes[at] = (byte) value;
    return this;
  }

  BinaryWriter bool(boolean value) {
    return int8(value ? 1 : 0);
  }

  BinaryWriter int16(int value) {
    return int8(value >> 8).int8(value);
  }

  BinaryWriter int32(int value) {
    int at = grow(4);
    bytes[at] = (byte) (value >> 24);
    bytes[at + 1] = (byte) (value >> 16);
    bytes[at + 2] = (byte) (value >> 8);
    bytes[at + 3] = (byte) value;
    return this;
  }

  BinaryWriter int64(long value) {
    return int32((int) (value >> 32)).int32((int) value);
  }

  BinaryWriter uuid(UUID value) {
    return int64(value.getMostSignificantBits()).int64(value.getLeastSignificantBits());
  }

  BinaryWriter text(String value) {
    if (value == null) {
      return int32(-1);
    }
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    int32(utf8.length);
    int at = grow(utf8.length);
    System.arraycopy(utf8, 0, bytes, at, utf8.length);
    return this;
  }

  <T> BinaryWriter list(Collection<T> values, BiConsumer<BinaryWriter, T> element) {
    int32(values.size());
    values.forEach(v -> element.accept(this, v));
    return this;
  }

  /** A map in its own order of iteration: sorted maps give the same bytes everywhere. */
  <K, V> BinaryWriter map(Map<K, V> values, BiConsumer<BinaryWriter, K> key, BiConsumer<BinaryWriter, V> value) {
    int32(values.size());
    values.forEach((k, v) -> {
      key.accept(this, k);
      value.accept(this, v);
    });
    return this;
  }

  BinaryWriter brokers(Collection<BrokerId> ids) {
    return list(ids, (w, id) -> w.int32(id.value()));
  }

  int size() {
    return size;
  }

  /** Replaces an int32 that was written before. */
  void setInt32(int at, int value) {
    int end = size;
    size = at;
    int32(value);
    size = end;
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
