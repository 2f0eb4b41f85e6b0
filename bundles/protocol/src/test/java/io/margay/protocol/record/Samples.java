package io.margay.protocol.record;

import io.margay.protocol.record.BatchRules.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;

/** Random batches, and how kafka-clients writes and reads them. */
final class Samples {
  /** A record as values. Buffers stand for arrays because they compare by content. */
  record Sample(long offset, long timestamp, int sequence, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
  }

  /** A batch as values. */
  record Settings(CompressionType compression, int level, long baseOffset, TimestampType timestampType, long logAppendTime,
      long producerId, short producerEpoch, int baseSequence, boolean transactional, int leaderEpoch, long deleteHorizonMs) {
  }

  static final long MAX_BYTES = 64L << 20;

  /** Heap buffers, which need no release: what tests of the contents build is left to the garbage collector. */
  static final ByteBufAllocator HEAP = new UnpooledByteBufAllocator(false);
  /** For all validators of the tests, never closed. */
  static final RecordScratchPool SCRATCHES = new RecordScratchPool(new UnpooledByteBufAllocator(true));

  /** The timestamp of the first record of {@link #compressible}. */
  static final long NOW_MS = 1_750_000_000_000L;

  private Samples() {
  }

  /** A batch in direct memory, to be released, for measurements. */
  static ByteBuf compressible(CompressionType compression, int records, int valueBytes) {
    Random random = new Random(1);
    byte[] value = new byte[valueBytes];
    try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
      builder.compression(compression);
      for (int i = 0; i < records; i++) {
        // Sixteen letters, so that there is something to compress.
        for (int j = 0; j < valueBytes; j++) {
          value[j] = (byte) ('a' + random.nextInt(16));
        }
        builder.append(NOW_MS + i, null, value, List.of());
      }
      ByteBuf built = builder.build();
      ByteBuf direct = UnpooledByteBufAllocator.DEFAULT.directBuffer(built.readableBytes()).writeBytes(built);
      built.release();
      return direct;
    }
  }

  static Settings settings(Random random, CompressionType compression) {
    boolean append = random.nextInt(4) == 0;
    boolean producer = random.nextBoolean();
    int level = compression.defaultLevel();
    if (compression.minLevel() != compression.maxLevel() && random.nextBoolean()) {
      int low = Math.max(compression.minLevel(), -50);
      level = low + random.nextInt(compression.maxLevel() - low + 1);
    }
    return new Settings(compression, level, random.nextLong() >>> 2,
        append ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME,
        append ? 1_700_000_000_000L + random.nextInt() : RecordBatchFormat.NO_TIMESTAMP,
        producer ? random.nextLong() >>> 1 : RecordBatchFormat.NO_PRODUCER_ID,
        producer ? (short) random.nextInt(Short.MAX_VALUE) : RecordBatchFormat.NO_PRODUCER_EPOCH,
        producer ? Integer.MAX_VALUE - random.nextInt(60) : RecordBatchFormat.NO_SEQUENCE,
        producer && random.nextBoolean(), random.nextInt(100) - 1,
        random.nextInt(5) == 0 ? 1_600_000_000_000L + random.nextInt() : RecordBatchFormat.NO_TIMESTAMP);
  }

  static List<Sample> records(Random random, Settings settings, boolean gaps) {
    List<Sample> records = new ArrayList<>();
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 2000 : 40);
    long offset = settings.baseOffset;
    for (int i = 0; i < count; i++) {
      offset += gaps ? random.nextInt(3) : 0;
      long timestamp = random.nextInt(20) == 0 ? RecordBatchFormat.NO_TIMESTAMP : 1_650_000_000_000L + random.nextInt();
      int sequence = settings.baseSequence == RecordBatchFormat.NO_SEQUENCE ? RecordBatchFormat.NO_SEQUENCE
          : RecordBatchFormat.incrementSequence(settings.baseSequence, (int) (offset - settings.baseOffset));
      List<RecordHeader> headers = new ArrayList<>();
      for (int h = random.nextInt(6) - 3; h > 0; h--) {
        headers.add(new RecordHeader("schl\u00fcssel-" + random.nextInt(200), random.nextInt(4) == 0 ? null : bytes(random, 50)));
      }
      long shown = settings.timestampType == TimestampType.LOG_APPEND_TIME ? settings.logAppendTime : timestamp;
      records.add(new Sample(offset, shown, sequence, nullable(random, 30), nullable(random, 3000), headers));
      offset++;
    }
    return records;
  }

  private static ByteBuffer nullable(Random random, int max) {
    return random.nextInt(6) == 0 ? null : ByteBuffer.wrap(bytes(random, max));
  }

  /** Rules that bound nothing but what a batch decompresses to. */
  static BatchRules rules(Origin origin, long maxDecompressedBytes) {
    return BatchRules.of(origin, new BatchRules.Limits(maxDecompressedBytes, Integer.MAX_VALUE, 100));
  }

  /** Of random length, compressible half of the time. */
  static byte[] bytes(Random random, int max) {
    byte[] bytes = new byte[random.nextInt(max)];
    if (random.nextBoolean()) {
      random.nextBytes(bytes);
    }
    return bytes;
  }

  static byte[] array(ByteBuffer buffer) {
    return buffer == null ? null : buffer.array();
  }

  static ByteBuffer buffer(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }

  /** Written by us. */
  static ByteBuf build(RecordBatchBuilder builder, Settings s, List<Sample> records) {
    builder.compression(s.compression, s.level).baseOffset(s.baseOffset).producer(s.producerId, s.producerEpoch, s.baseSequence)
        .transactional(s.transactional).partitionLeaderEpoch(s.leaderEpoch).deleteHorizonMs(s.deleteHorizonMs);
    if (s.timestampType == TimestampType.LOG_APPEND_TIME) {
      builder.logAppendTime(s.logAppendTime);
    }
    for (Sample r : records) {
      builder.appendAt(r.offset, r.timestamp, array(r.key), array(r.value), r.headers);
    }
    return builder.build();
  }

  /** Written by kafka-clients. */
  static ByteBuf kafkaBuild(Settings s, List<Sample> records) {
    MemoryRecordsBuilder builder = new MemoryRecordsBuilder(new ByteBufferOutputStream(1024), (byte) 2, compression(s),
        org.apache.kafka.common.record.TimestampType.values()[s.timestampType.ordinal() + 1], s.baseOffset, s.logAppendTime,
        s.producerId, s.producerEpoch, s.baseSequence, s.transactional, false, s.leaderEpoch, 1024, s.deleteHorizonMs);
    for (Sample r : records) {
      Header[] headers = r.headers.stream()
          .map(h -> new org.apache.kafka.common.header.internals.RecordHeader(h.key(), h.value())).toArray(Header[]::new);
      builder.appendWithOffset(r.offset, r.timestamp, array(r.key), array(r.value), headers);
    }
    return Unpooled.wrappedBuffer(builder.build().buffer());
  }

  private static Compression compression(Settings s) {
    return switch (s.compression) {
      case NONE -> Compression.none().build();
      case GZIP -> Compression.gzip().level(s.level).build();
      case SNAPPY -> Compression.snappy().build();
      case LZ4 -> Compression.lz4().level(s.level).build();
      case ZSTD -> Compression.zstd().level(s.level).build();
    };
  }

  /** Read by us. */
  static List<Sample> read(ByteBuf buf, int index) {
    List<Sample> records = new ArrayList<>();
    try (RecordReader reader = RecordReader.open(new RecordBatch().wrap(buf, index), MAX_BYTES)) {
      reader.forEachRemaining(r -> records.add(new Sample(r.offset(), r.timestamp(), r.sequence(), buffer(r.keyBytes()),
          buffer(r.valueBytes()), r.headers())));
    }
    return records;
  }

  /** The one batch, parsed by kafka-clients. */
  static MutableRecordBatch kafkaBatch(ByteBuf buf) {
    byte[] bytes = new byte[buf.readableBytes()];
    buf.getBytes(buf.readerIndex(), bytes);
    return MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches().iterator().next();
  }

  /** Read by kafka-clients. */
  static List<Sample> kafkaRead(ByteBuf buf) {
    List<Sample> records = new ArrayList<>();
    for (org.apache.kafka.common.record.internal.Record r : kafkaBatch(buf)) {
      List<RecordHeader> headers = new ArrayList<>();
      for (Header h : r.headers()) {
        headers.add(new RecordHeader(h.key(), h.value()));
      }
      records.add(new Sample(r.offset(), r.timestamp(), r.sequence(), r.key(), r.value(), headers));
    }
    return records;
  }
}
