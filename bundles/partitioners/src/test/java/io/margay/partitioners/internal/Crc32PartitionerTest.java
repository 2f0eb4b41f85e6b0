package io.margay.partitioners.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerContract;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Crc32PartitionerTest extends PartitionerContract {
  @Override
  protected Partitioner partitioner() {
    return new Crc32Partitioner();
  }

  @Override
  protected List<String> goodOptions() {
    return List.of("", "keyless=hash", "keyless=sticky");
  }

  @Override
  protected List<String> badOptions() {
    return List.of("keyless", "keyless=", "keyless=random", "other=1");
  }

  /** The file's name ends with the number of partitions; its first line says how it was made. */
  @ParameterizedTest
  @CsvSource({"12, 345", "97, 2999"})
  void choosesAsLibrdkafkaDoes(int partitions, int count) throws Exception {
    TopicPartitioner chooser = partitioner().create("");
    int vectors = 0;
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(
        getClass().getResourceAsStream("/librdkafka-consistent-" + partitions + ".tsv"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          int tab = line.indexOf('\t');
          byte[] key = line.substring(tab + 1).getBytes(StandardCharsets.UTF_8);
          assertThat(chooser.partition(record(key, null), TopicView.of(partitions))).as(line)
              .isEqualTo(Integer.parseInt(line.substring(0, tab)));
          vectors++;
        }
      }
    }
    assertThat(vectors).isEqualTo(count);
  }

  @Test
  void isTheUnsignedSumModuloThePartitions() {
    Random random = new Random(22);
    for (int i = 0; i < 5_000; i++) {
      byte[] key = new byte[i % 200];
      random.nextBytes(key);
      CRC32 crc = new CRC32();
      crc.update(key);
      int partitions = 1 + random.nextInt(100);
      assertThat((long) Crc32Partitioner.hash(key, partitions)).isEqualTo(crc.getValue() % partitions);
    }
  }

  @Test
  void recordsWithoutKeyAreOneKeyUnlessSaidOtherwise() {
    TopicPartitioner consistent = partitioner().create("");
    TopicPartitioner spread = partitioner().create("keyless=sticky");
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      assertThat(consistent.partition(record(null, new byte[1000]), TopicView.of(7))).isZero();
      assertThat(consistent.partition(record(new byte[0], new byte[1000]), TopicView.of(7))).isZero();
      seen.add(spread.partition(record(i % 2 == 0 ? null : new byte[0], new byte[1000]), TopicView.of(4)));
    }
    assertThat(seen).hasSize(4);
  }
}
