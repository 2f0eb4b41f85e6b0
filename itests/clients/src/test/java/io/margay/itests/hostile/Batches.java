package io.margay.itests.hostile;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** Record batches, right but for what their maker wants: the checksum always fits. */
final class Batches {
  private static final int HEADER = 61;

  private Batches() { }

  /** One record, not compressed; with a producer id its sequence is 0. */
  static byte[] plain(String key, String value, long producerId) {
    byte[] record = Wire.bytes(out -> record(out, key == null ? null : key.getBytes(StandardCharsets.UTF_8),
        value.getBytes(StandardCharsets.UTF_8)));
    return batch(0, 1, record, producerId, 0);
  }

  /** One record with any key and value. */
  static byte[] plain(byte[] key, byte[] value) {
    return batch(0, 1, Wire.bytes(out -> record(out, key, value)), -1, 0);
  }

  /** @param payload what comes behind the header */
  static byte[] batch(int codec, int records, byte[] payload, long producerId, long baseOffset) {
    ByteBuffer b = ByteBuffer.allocate(HEADER + payload.length);
    long now = System.currentTimeMillis();
    b.putLong(baseOffset).putInt(b.capacity() - 12).putInt(0).put((byte) 2).putInt(0);
    b.putShort((short) codec).putInt(records - 1).putLong(now).putLong(now).putLong(producerId);
    b.putShort((short) (producerId < 0 ? -1 : 0)).putInt(producerId < 0 ? -1 : 0).putInt(records).put(payload);
    CRC32C crc = new CRC32C();
    crc.update(b.array(), 21, b.capacity() - 21);
    b.putInt(17, (int) crc.getValue());
    return b.array();
  }

  /** The same batch at another offset, which the checksum does not cover. */
  static byte[] at(byte[] batch, long baseOffset) {
    byte[] copy = batch.clone();
    ByteBuffer.wrap(copy).putLong(0, baseOffset);
    return copy;
  }

  private static void record(DataOutputStream out, byte[] key, byte[] value) throws IOException {
    byte[] body = Wire.bytes(o -> {
      o.writeByte(0);
      varint(o, 0);
      varint(o, 0);
      varint(o, key == null ? -1 : key.length);
      if (key != null) {
        o.write(key);
      }
      varint(o, value.length);
      o.write(value);
      varint(o, 0);
    });
    varint(out, body.length);
    out.write(body);
  }

  private static void varint(OutputStream out, long value) throws IOException {
    long rest = value << 1 ^ value >> 63;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** A batch with one record whose value is so many MB of zeros. */
  static byte[] bomb(CompressionType codec, int mb) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = compressor(codec, packed)) {
      long value = (long) mb << 20;
      // attributes, timestamp, offset, a key of one byte, a length of five bytes, and the count of headers
      varint(out, 1 + 1 + 1 + 2 + lengthOfVarint(value) + value + 1);
      out.write(new byte[] {0, 0, 0, 2, 'k'});
      varint(out, value);
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < mb; i++) {
        out.write(zeros);
      }
      out.write(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return batch(codec.id, 1, packed.toByteArray(), -1, 0);
  }

  private static int lengthOfVarint(long value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    varint(bytes, value);
    return bytes.size();
  }

  private static OutputStream compressor(CompressionType codec, OutputStream to) throws IOException {
    return switch (codec) {
      case GZIP -> new GZIPOutputStream(to, 1 << 16);
      case ZSTD -> new ZstdOutputStream(to, 3);
      default -> new Forwarding(codec, to);
    };
  }

  /** Kafka's own framing of lz4 and snappy. */
  private static final class Forwarding extends OutputStream {
    private final ByteBufferOutputStream buffer = new ByteBufferOutputStream(8 << 20);
    private final OutputStream packer;
    private final OutputStream to;

    Forwarding(CompressionType codec, OutputStream to) {
      this.to = to;
      packer = Compression.of(codec).build().wrapForOutput(buffer, (byte) 2);
    }

    @Override
    public void write(int b) throws IOException {
      packer.write(b);
    }

    @Override
    public void write(byte[] b, int from, int length) throws IOException {
      packer.write(b, from, length);
    }

    @Override
    public void close() throws IOException {
      packer.close();
      ByteBuffer all = buffer.buffer();
      all.flip();
      byte[] bytes = new byte[all.remaining()];
      all.get(bytes);
      to.write(bytes);
    }
  }
}
