package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.record.Samples.Sample;
import io.margay.protocol.record.Samples.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** kafka-clients and this package read what the other wrote, with random contents and settings. */
class KafkaEquivalenceTest {
  private static final int SEEDS = 40;

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void readsWhatKafkaWrites(CompressionType compression) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Settings settings = Samples.settings(random, compression);
      List<Sample> records = Samples.records(random, settings, random.nextBoolean());
      ByteBuf bytes = Samples.kafkaBuild(settings, records);
      assertHeaderIsKafkas(bytes, "seed " + seed);
      assertThat(Samples.read(bytes, 0)).as("seed %d %s", seed, settings).isEqualTo(records);
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void kafkaReadsWhatIsBuilt(CompressionType compression) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Settings settings = Samples.settings(random, compression);
      List<Sample> records = Samples.records(random, settings, random.nextBoolean());
      try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
        ByteBuf bytes = Samples.build(builder, settings, records);
        Samples.kafkaBatch(bytes).ensureValid();
        assertHeaderIsKafkas(bytes, "seed " + seed);
        assertThat(Samples.kafkaRead(bytes)).as("seed %d %s", seed, settings).isEqualTo(records);
        assertThat(Samples.read(bytes, 0)).as("seed %d %s", seed, settings).isEqualTo(records);
        bytes.release();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = {"NONE", "SNAPPY", "LZ4"})
  void writesTheSameBytesAsKafka(CompressionType compression) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      Settings settings = Samples.settings(random, compression);
      List<Sample> records = Samples.records(random, settings, false);
      try (RecordBatchBuilder builder = new RecordBatchBuilder(UnpooledByteBufAllocator.DEFAULT)) {
        ByteBuf bytes = Samples.build(builder, settings, records);
        assertThat(bytes).as("seed %d %s", seed, settings).isEqualTo(Samples.kafkaBuild(settings, records));
        bytes.release();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void levelsAreKafkas(CompressionType compression) {
    var kafka = org.apache.kafka.common.record.internal.CompressionType.forId(compression.id());
    assertThat(compression.configName()).isEqualTo(kafka.name);
    assertThat(CompressionType.forName(kafka.name)).isSameAs(compression);
    if (compression.minLevel() != compression.maxLevel()) {
      assertThat(List.of(compression.minLevel(), compression.maxLevel(), compression.defaultLevel()))
          .isEqualTo(List.of(kafka.minLevel(), kafka.maxLevel(), kafka.defaultLevel()));
    }
  }

  private static void assertHeaderIsKafkas(ByteBuf bytes, String what) {
    MutableRecordBatch kafka = Samples.kafkaBatch(bytes);
    RecordBatch ours = new RecordBatch().wrap(bytes, 0);
    assertThat(ours.isCrcValid()).as(what).isTrue();
    assertThat(ours.crc()).isEqualTo(kafka.checksum());
    assertThat(ours.baseOffset()).isEqualTo(kafka.baseOffset());
    assertThat(ours.lastOffset()).isEqualTo(kafka.lastOffset());
    assertThat(ours.nextOffset()).isEqualTo(kafka.nextOffset());
    assertThat(ours.sizeBytes()).isEqualTo(kafka.sizeInBytes());
    assertThat(ours.magic()).isEqualTo(kafka.magic());
    assertThat(ours.partitionLeaderEpoch()).isEqualTo(kafka.partitionLeaderEpoch());
    assertThat(ours.compression().id()).isEqualTo(kafka.compressionType().id);
    assertThat(ours.timestampType().name()).isEqualTo(kafka.timestampType().name());
    assertThat(ours.maxTimestamp()).as(what).isEqualTo(kafka.maxTimestamp());
    assertThat(ours.deleteHorizonMs()).isEqualTo(kafka.deleteHorizonMs().orElse(-1));
    assertThat(ours.producerId()).isEqualTo(kafka.producerId());
    assertThat(ours.hasProducerId()).isEqualTo(kafka.hasProducerId());
    assertThat(ours.producerEpoch()).isEqualTo(kafka.producerEpoch());
    assertThat(ours.baseSequence()).isEqualTo(kafka.baseSequence());
    assertThat(ours.lastSequence()).isEqualTo(kafka.lastSequence());
    assertThat(ours.isTransactional()).isEqualTo(kafka.isTransactional());
    assertThat(ours.isControl()).isEqualTo(kafka.isControlBatch());
    assertThat(ours.recordCount()).isEqualTo(kafka.countOrNull());
  }
}
