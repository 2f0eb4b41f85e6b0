package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.record.BatchRules.Origin;
import io.margay.protocol.record.InvalidRecordBatchException.Reason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.SnappyError;

/** Payloads that were changed and have a right checksum: accepted when the Java client can read them, and only then. */
class PayloadFuzzTest {
  private static final int SEEDS = 2_000;
  private static final long LIMIT = 8 << 20;
  private static final BatchRules RULES = Samples.rules(Origin.CLIENT, LIMIT).withDeep(true);
  private static final Set<Reason> REASONS = EnumSet.of(Reason.INVALID_RECORD, Reason.MESSAGE_TOO_LARGE);

  /** What the Java client passes over, and other clients do not: lengths below -1, and up to 3 bytes after the last block. */
  private static final List<String> STRICTER = List.of("expected at least -1", "before the size of a snappy block");

  private String refusal;
  private final BatchValidator validator = new BatchValidator(Samples.SCRATCHES);

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void acceptsWhatTheJavaClientReads(CompressionType compression) {
    ByteBuf direct = Unpooled.directBuffer();
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      ByteBuf batch = sample(random, compression);
      if (seed % 8 != 0) {
        mutate(random, batch);
      }
      direct.clear().writeBytes(batch, 0, batch.readableBytes());
      boolean accepted = accepts(seed % 2 == 0 ? direct : batch, seed);
      if (!accepted && STRICTER.stream().anyMatch(refusal::contains)) {
        continue;
      }
      assertThat(accepted).as("%s seed %d: %s", compression, seed, refusal).isEqualTo(kafkaReads(batch));
    }
    direct.release();
  }

  private boolean accepts(ByteBuf batch, int seed) {
    try {
      validator.validate(batch, 0, batch.readableBytes(), RULES, 0);
      return true;
    } catch (InvalidRecordBatchException e) {
      assertThat(e.reason()).as("seed %d", seed).isIn(REASONS);
      refusal = e.getMessage();
      return false;
    }
  }

  /** As a consumer does. */
  private static boolean kafkaReads(ByteBuf bytes) {
    MutableRecordBatch batch = Samples.kafkaBatch(bytes);
    int next = 0;
    try (CloseableIterator<org.apache.kafka.common.record.internal.Record> records =
        batch.streamingIterator(BufferSupplier.NO_CACHING)) {
      while (records.hasNext()) {
        if (records.next().offset() != next++) {
          return false;
        }
      }
      return true;
    } catch (RuntimeException | SnappyError e) {
      return false;
    }
  }

  private static ByteBuf sample(Random random, CompressionType compression) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(Samples.HEAP).compression(compression)) {
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        builder.append(random.nextInt(1000), Samples.bytes(random, 20), Samples.bytes(random, random.nextInt(8) == 0 ? 90_000 : 300),
            random.nextBoolean() ? List.of() : List.of(new RecordHeader("a", null), new RecordHeader("b", new byte[3])));
      }
      return builder.build();
    }
  }

  /** Changes, cuts or lengthens what follows the header. */
  private static void mutate(Random random, ByteBuf batch) {
    int from = RecordBatchFormat.HEADER_SIZE;
    switch (random.nextInt(6)) {
      case 0 -> batch.writerIndex(from + random.nextInt(batch.readableBytes() - from));
      case 1 -> batch.writeBytes(new byte[1 + random.nextInt(12)]);
      default -> {
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
          // The beginning holds the header of the codec, so it is hit more often.
          int range = random.nextBoolean() ? Math.min(24, batch.readableBytes() - from) : batch.readableBytes() - from;
          int index = from + random.nextInt(range);
          batch.setByte(index, random.nextBoolean() ? random.nextInt() : batch.getByte(index) ^ (1 << random.nextInt(8)));
        }
      }
    }
    batch.setInt(RecordBatchFormat.LENGTH_OFFSET, batch.readableBytes() - RecordBatchFormat.LOG_OVERHEAD);
    batch.setInt(RecordBatchFormat.CRC_OFFSET, (int) new RecordBatch().wrap(batch, 0).computeCrc());
  }
}
