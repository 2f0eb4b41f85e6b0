package io.margay.protocol.record;

import io.margay.protocol.record.BatchRules.Origin;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to check a batch of 16 KiB (uncompressed) by codec, by its records and by its header alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class CompressedValidationBenchmark {
  private static final int BATCH_BYTES = 16 << 10;
  private static final int MAX_DECOMPRESSED_BYTES = 16 << 20;

  private final BatchRules header = Samples.rules(Origin.CLIENT, MAX_DECOMPRESSED_BYTES)
      .withTimestampLimits(Long.MAX_VALUE, 3_600_000);
  private final BatchRules full = header.withDeep(true);
  private final BatchValidator validator = new BatchValidator(Samples.SCRATCHES);
  private ByteBuf batch;

  @Param({"NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"})
  private CompressionType codec;

  @Param({"1024", "10"})
  private int valueBytes;

  @Setup
  public void build() {
    batch = Samples.compressible(codec, BATCH_BYTES / valueBytes, valueBytes);
  }

  @TearDown
  public void release() {
    batch.release();
  }

  @Benchmark
  public long full() {
    return validate(full);
  }

  @Benchmark
  public long header() {
    return validate(header);
  }

  private long validate(BatchRules rules) {
    return validator.validate(batch, batch.readerIndex(), batch.readableBytes(), rules, Samples.NOW_MS).maxTimestamp();
  }
}
