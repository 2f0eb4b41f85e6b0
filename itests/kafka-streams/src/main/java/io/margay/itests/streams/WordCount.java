package io.margay.itests.streams;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Counts words exactly once, with a state store: {@code WordCount BOOTSTRAP INPUT OUTPUT STATE_DIRECTORY PROTOCOL
 * REPLICATION_FACTOR}. Each count is written, so that every word has the counts 1, 2, 3 and so on. The file
 * of the system property {@code client.config} has more settings. Runs until its standard input ends.
 */
public final class WordCount {
  private WordCount() { }

  /** See above. */
  public static void main(String[] args) throws Exception {
    Properties p = new Properties();
    p.putAll(Map.of(StreamsConfig.APPLICATION_ID_CONFIG, "word-count", StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
        StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2, StreamsConfig.REPLICATION_FACTOR_CONFIG, args[5],
        StreamsConfig.STATE_DIR_CONFIG, args[3], StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0,
        StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100, StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 10_000,
        StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class,
        StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class));
    p.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, args[4]);
    try (Reader more = Files.newBufferedReader(Path.of(System.getProperty("client.config")))) {
      p.load(more);
    }
    StreamsBuilder builder = new StreamsBuilder();
    builder.<String, String>stream(args[1]).flatMapValues(line -> Arrays.asList(line.split(" "))).groupBy((key, word) -> word,
        Grouped.with(Serdes.String(), Serdes.String()))
        .count(Materialized.<String, Long, KeyValueStore<Bytes, byte[]>>as("counts-of-words")).toStream()
        .to(args[2], Produced.with(Serdes.String(), Serdes.Long()));
    KafkaStreams streams = new KafkaStreams(builder.build(), p);
    streams.setStateListener((now, before) -> System.out.println("STATE " + now));
    streams.setUncaughtExceptionHandler(e -> {
      e.printStackTrace(System.out);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    });
    streams.start();
    while (System.in.read() >= 0) {
      // until the end
    }
    streams.close();
  }
}
