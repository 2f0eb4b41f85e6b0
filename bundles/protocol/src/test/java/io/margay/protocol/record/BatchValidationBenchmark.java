package io.margay.protocol.record;

import io.margay.protocol.record.BatchRules.Origin;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** The cost of checking a batch of a producer, and of reading its records. Batches are in direct memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class BatchValidationBenchmark {
  private static final int BATCH_BYTES = 16 << 10;
  private static final int NO_LIMIT = Integer.MAX_VALUE;

  private final BatchRules rules = Samples.rules(Origin.CLIENT, NO_LIMIT).withTimestampLimits(Long.MAX_VALUE, 3_600_000);
  private final BatchValidator validator = new BatchValidator(Samples.SCRATCHES);
  private final RecordBatch view = new RecordBatch();
  private ByteBuf kibibyteRecords;
  private ByteBuf smallRecords;
  private ByteBuf oneRecord;
  private ByteBuf lz4;

  @Setup
  public void build() {
    kibibyteRecords = Samples.compressible(CompressionType.NONE, BATCH_BYTES / 1024, 1024);
    smallRecords = Samples.compressible(CompressionType.NONE, BATCH_BYTES / 100, 100);
    oneRecord = Samples.compressible(CompressionType.NONE, 1, 100);
    lz4 = Samples.compressible(CompressionType.LZ4, BATCH_BYTES / 1024, 1024);
  }

  @TearDown
  public void release() {
    for (ByteBuf batch : List.of(kibibyteRecords, smallRecords, oneRecord, lz4)) {
      batch.release();
    }
  }

  private long validate(ByteBuf batch) {
    return validator.validate(batch, batch.readerIndex(), batch.readableBytes(), rules, Samples.NOW_MS).maxTimestamp();
  }

  /** 16 records of 1 KiB. */
  @Benchmark
  public long validate16KiBOf1KiBRecords() {
    return validate(kibibyteRecords);
  }

  /** 163 records of 100 bytes. */
  @Benchmark
  public long validate16KiBOf100ByteRecords() {
    return validate(smallRecords);
  }

  @Benchmark
  public long validateOneRecord() {
    return validate(oneRecord);
  }

  /** A compressed batch whose topic needs no look at the records: header and checksum. */
  @Benchmark
  public long validateLz4HeaderOnly() {
    return validate(lz4);
  }

  /** Reads the 163 records of 100 bytes. */
  @Benchmark
  public void iterate100ByteRecords(Blackhole sink) {
    iterate(smallRecords, sink);
  }

  /** Decompresses and reads 16 records of 1 KiB. */
  @Benchmark
  public void iterateLz4(Blackhole sink) {
    iterate(lz4, sink);
  }

  private void iterate(ByteBuf batch, Blackhole sink) {
    view.wrap(batch, batch.readerIndex());
    try (RecordReader reader = RecordReader.open(view, NO_LIMIT)) {
      while (reader.hasNext()) {
        sink.consume(reader.next());
      }
    }
  }
}
