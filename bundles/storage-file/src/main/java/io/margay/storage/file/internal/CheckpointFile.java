package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Kafka's table of one number per partition, as text:
 *
 * <pre>
 *   0                 version
 *   2                 number of rows
 *   topic 0 15        topic, partition, number
 *   topic 1 17
 * </pre>
 */
final class CheckpointFile {
  private CheckpointFile() {
  }

  /**
   * @return the rows; empty when there is no file
   * @throws DamagedCheckpointException when the file is empty, torn or has other content
   */
  static Map<TopicPartition, Long> read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return Map.of();
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    String[] lines = text.split("\n");
    try {
      if (lines.length < 2 || Integer.parseInt(lines[0].trim()) != 0) {
        throw new DamagedCheckpointException("it has no version 0");
      }
      int count = Integer.parseInt(lines[1].trim());
      if (lines.length != count + 2 || !text.endsWith("\n")) {
        throw new DamagedCheckpointException("it has " + (lines.length - 2) + " rows and says " + count);
      }
      Map<TopicPartition, Long> rows = new HashMap<>(count * 2);
      for (int i = 2; i < lines.length; i++) {
        String[] columns = lines[i].trim().split("\\s+");
        if (columns.length != 3) {
          throw new DamagedCheckpointException("it has " + columns.length + " columns in line " + (i + 1));
        }
        rows.put(new TopicPartition(columns[0], Integer.parseInt(columns[1])), Long.parseLong(columns[2]));
      }
      return rows;
    } catch (NumberFormatException e) {
      throw new DamagedCheckpointException("it contains something that is not a number");
    }
  }

  /** Replaces the file atomically and durably. */
  static void write(Path file, Map<TopicPartition, Long> rows) throws IOException {
    StringBuilder text = new StringBuilder(32 + rows.size() * 32).append("0\n").append(rows.size()).append('\n');
    rows.forEach((key, value) ->
        text.append(key.topic()).append(' ').append(key.partition()).append(' ').append(value).append('\n'));
    DurableFiles.replace(file, true, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
  }
}
