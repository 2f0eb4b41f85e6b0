package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.margay.protocol.record.BatchRules.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

/** Bytes that were made to break the reader: nothing but its own exceptions, and no more memory than allowed. */
class HostileBatchTest {
  private static final long LIMIT = 1 << 20;
  /** Codec state, window and what a reader needs besides the decompressed bytes; LZ4 may use blocks of 4 MiB. */
  private static final long OVERHEAD = 16 << 20;
  private static final int BOMB_SIZE = 1 << 30;
  private static final List<BatchRules> RULES = List.of(Samples.rules(Origin.CLIENT, LIMIT).withDeep(true),
      Samples.rules(Origin.REPLICATION, LIMIT).withDeep(true), Samples.rules(Origin.CLIENT, LIMIT));

  private final BatchValidator validator = new BatchValidator(Samples.SCRATCHES);

  private static void fixCrc(ByteBuf bytes) {
    bytes.setInt(RecordBatchFormat.CRC_OFFSET, (int) new RecordBatch().wrap(bytes, 0).computeCrc());
  }

  /** Validates and reads the batch in every way. */
  private void assertHarmless(ByteBuf bytes, String what) {
    for (BatchRules rules : RULES) {
      Throwable refused = catchThrowable(() -> validator.validate(bytes, 0, bytes.readableBytes(), rules, 0));
      assertExpected(refused, what);
    }
    assertExpected(catchThrowable(() -> {
      BatchCursor cursor = RecordBatches.cursor(bytes);
      while (cursor.next()) {
        try (RecordReader reader = RecordReader.open(cursor.batch(), LIMIT)) {
          reader.forEachRemaining(record -> {
            record.keyBytes();
            record.value();
            record.headers();
          });
        }
      }
    }), what);
    assertExpected(catchThrowable(() -> {
      try (RecordReader reader = RecordReader.openSkippingKeyValue(new RecordBatch().wrap(bytes, 0), LIMIT)) {
        while (reader.hasNext()) {
          reader.next();
        }
      }
    }), what);
  }

  private static void assertExpected(Throwable thrown, String what) {
    if (thrown != null && !(thrown instanceof InvalidRecordBatchException)) {
      throw new AssertionError(what, thrown);
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void mutatedBatchesAreRefusedOrReadButNeverMore(CompressionType compression) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      ByteBuf bytes = sample(random, compression);
      int mutations = 1 + random.nextInt(4);
      for (int i = 0; i < mutations; i++) {
        // The length field is left alone most of the time, or nothing behind it would ever be reached.
        int index = random.nextInt(8) == 0 ? random.nextInt(bytes.readableBytes())
            : 57 + random.nextInt(bytes.readableBytes() - 57);
        bytes.setByte(index, random.nextBoolean() ? random.nextInt() : bytes.getByte(index) ^ (1 << random.nextInt(8)));
      }
      if (new RecordBatch().wrap(bytes, 0).sizeBytes() == bytes.readableBytes()) {
        fixCrc(bytes);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      assertHarmless(bytes, compression + " seed " + seed);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).as("%s seed %d", compression, seed)
          .isLessThan(5 * (4 * LIMIT + OVERHEAD));
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void truncatedBatchesAreRefused(CompressionType compression) {
    ByteBuf whole = sample(new Random(3), compression);
    for (int size = RecordBatchFormat.HEADER_SIZE; size < whole.readableBytes(); size++) {
      ByteBuf bytes = whole.copy(0, size);
      assertHarmless(bytes, compression + " cut to " + size);
      bytes.setInt(RecordBatchFormat.LENGTH_OFFSET, size - RecordBatchFormat.LOG_OVERHEAD);
      fixCrc(bytes);
      assertHarmless(bytes, compression + " cut and relabelled to " + size);
    }
  }

  private static ByteBuf sample(Random random, CompressionType compression) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(Samples.HEAP).compression(compression)) {
      for (int i = 1 + random.nextInt(5); i > 0; i--) {
        builder.append(random.nextInt(1000), Samples.bytes(random, 20), Samples.bytes(random, 200),
            random.nextBoolean() ? List.of() : List.of(new RecordHeader("a", null), new RecordHeader("b", new byte[3])));
      }
      return builder.build();
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void bombStopsAtTheAllowance(CompressionType compression) throws IOException {
    assertStopped(bomb(compression), LIMIT);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = {"LZ4", "ZSTD"})
  void skippingAGigabyteTakesNoMemory(CompressionType compression) throws IOException {
    RecordBatch batch = new RecordBatch().wrap(bomb(compression), 0);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (RecordReader reader = RecordReader.openSkippingKeyValue(batch, 2L * BOMB_SIZE)) {
      assertThat(reader.next().valueSizeBytes()).isEqualTo(BOMB_SIZE);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(OVERHEAD);
  }

  /** One record whose value is a gigabyte of zeros. */
  private static ByteBuf bomb(CompressionType compression) throws IOException {
    ByteBuf start = Unpooled.buffer();
    int valueSize = Varint.sizeOfVarint(BOMB_SIZE) + BOMB_SIZE;
    Varint.writeVarint(start, 1 + 1 + 1 + 1 + valueSize + 1);
    start.writeZero(3);
    Varint.writeVarint(start, -1);
    Varint.writeVarint(start, BOMB_SIZE);
    ByteBuf bomb = header(compression);
    if (compression != CompressionType.GZIP) {
      return seal(bomb.writeBytes(compress(compression, start, BOMB_SIZE, true)));
    }
    // Deflating a gigabyte takes long; gzip data may consist of members, so one of them is made and repeated.
    bomb.writeBytes(compress(compression, start, 0, false));
    ByteBuf zeros = compress(compression, Unpooled.EMPTY_BUFFER, BOMB_SIZE >> 6, false);
    for (int i = 0; i < 64; i++) {
      bomb.writeBytes(zeros.duplicate());
    }
    return seal(bomb.writeBytes(compress(compression, Unpooled.EMPTY_BUFFER, 0, true)));
  }

  private static ByteBuf compress(CompressionType compression, ByteBuf start, int zeros, boolean end) throws IOException {
    ByteBuf compressed = Unpooled.buffer();
    byte[] chunk = new byte[1 << 20];
    try (OutputStream out = Compressor.open(compression, compression.defaultLevel(), new ByteBufOutputStream(compressed))) {
      start.getBytes(start.readerIndex(), out, start.readableBytes());
      for (int written = 0; written < zeros; written += chunk.length) {
        out.write(chunk);
      }
      if (end) {
        out.write(0);
      }
    }
    return compressed;
  }

  @Test
  void manySmallRecordsBeyondTheAllowanceAreStopped() {
    RecordBatchBuilder builder = new RecordBatchBuilder(Samples.HEAP).compression(CompressionType.ZSTD);
    for (int i = 0; i < 2_000; i++) {
      builder.append(1, new byte[1], new byte[1_000], List.of());
    }
    assertStopped(builder.build(), LIMIT);
  }

  private void assertStopped(ByteBuf bomb, long limit) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThatThrownBy(() -> validator.validate(bomb, 0, bomb.readableBytes(),
        Samples.rules(Origin.CLIENT, limit).withDeep(true), 0)).isInstanceOf(InvalidRecordBatchException.class);
    try (RecordReader reader = RecordReader.open(new RecordBatch().wrap(bomb, 0), limit)) {
      assertThatThrownBy(() -> reader.forEachRemaining(record -> { })).isInstanceOf(InvalidRecordBatchException.class);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4 * limit + OVERHEAD);
  }

  @Test
  void announcedSizesAloneCostNothing() {
    // A snappy block that announces 500 MB, in a few bytes.
    ByteBuf snappy = header(CompressionType.SNAPPY).writeLong(0x82534e4150505900L).writeInt(1).writeInt(1);
    snappy.writeInt(6);
    Varint.writeUnsignedVarint(snappy, 500 << 20);
    snappy.writeByte(0);
    seal(snappy);
    assertStoppedWithin(snappy, 600L << 20, 1 << 20);
    // One that announces more compressed bytes than there are.
    ByteBuf block = header(CompressionType.SNAPPY).writeLong(0x82534e4150505900L).writeInt(1).writeInt(1).writeInt(400 << 20);
    seal(block.writeZero(9));
    assertStoppedWithin(block, 600L << 20, 1 << 20);
    // A record that announces 500 MB of which none arrive.
    ByteBuf record = header(CompressionType.GZIP);
    try (OutputStream out = Compressor.open(CompressionType.GZIP, 9, new ByteBufOutputStream(record))) {
      ByteBuf size = Unpooled.buffer();
      Varint.writeVarint(size, 500 << 20);
      size.readBytes(out, size.readableBytes());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    assertStoppedWithin(seal(record), 600L << 20, 1 << 20);
  }

  private void assertStoppedWithin(ByteBuf bytes, long limit, long memory) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (RecordReader reader = RecordReader.open(new RecordBatch().wrap(bytes, 0), limit)) {
      assertThatThrownBy(reader::next).isInstanceOf(CorruptRecordException.class);
    }
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(memory);
  }

  @Test
  void snappyWithoutFramingIsReadAsLibrdkafkaWritesIt() throws IOException {
    ByteBuf plain;
    try (RecordBatchBuilder builder = new RecordBatchBuilder(Samples.HEAP)) {
      plain = builder.append(5, new byte[3], new byte[100_000], List.of()).append(6, new byte[3], null, List.of()).build();
    }
    byte[] records = new byte[plain.readableBytes() - RecordBatchFormat.HEADER_SIZE];
    plain.getBytes(RecordBatchFormat.HEADER_SIZE, records);
    ByteBuf raw = plain.copy(0, RecordBatchFormat.HEADER_SIZE);
    raw.writeBytes(Snappy.compress(records));
    raw.setShort(RecordBatchFormat.ATTRIBUTES_OFFSET, CompressionType.SNAPPY.id());
    seal(raw);
    assertThat(Samples.read(raw, 0)).isEqualTo(Samples.read(plain, 0)).isEqualTo(Samples.kafkaRead(raw));
  }

  /** Header of a batch with one record; the records follow. */
  private static ByteBuf header(CompressionType compression) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(Samples.HEAP)) {
      ByteBuf bytes = builder.append(0, (byte[]) null, null, List.of()).build();
      bytes.writerIndex(RecordBatchFormat.HEADER_SIZE).setShort(RecordBatchFormat.ATTRIBUTES_OFFSET, compression.id());
      return bytes;
    }
  }

  private static ByteBuf seal(ByteBuf bytes) {
    bytes.setInt(RecordBatchFormat.LENGTH_OFFSET, bytes.readableBytes() - RecordBatchFormat.LOG_OVERHEAD);
    fixCrc(bytes);
    return bytes;
  }
}
