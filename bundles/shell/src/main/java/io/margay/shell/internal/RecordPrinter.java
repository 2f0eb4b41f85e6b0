package io.margay.shell.internal;

import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordHeader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prints records as lines. */
final class RecordPrinter {
  private final PrintStream out;
  private final ConsumeOptions options;

  RecordPrinter(PrintStream out, ConsumeOptions options) {
    this.out = out;
    this.options = options;
  }

  void print(int partition, Record record) {
    out.println(options.format == ConsumeOptions.Format.json ? Json.line(map(partition, record)) : line(partition, record));
  }

  private String line(int partition, Record record) {
    StringBuilder line = new StringBuilder();
    if (options.verbose) {
      line.append(partition).append('\t').append(record.offset()).append('\t').append(time(record.timestamp())).append('\t');
      List<String> headers = new ArrayList<>();
      record.headers().forEach(h -> headers.add(h.key() + "=" + text(h.value())));
      line.append(headers.isEmpty() ? "-" : String.join(",", headers)).append('\t');
    }
    if (options.keys || options.verbose) {
      line.append(record.hasKey() ? text(record.keyBytes()) : "null").append('\t');
    }
    return line.append(record.hasValue() ? text(record.valueBytes()) : "null").toString();
  }

  private Map<String, Object> map(int partition, Record record) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("topic", options.topic);
    map.put("partition", partition);
    map.put("offset", record.offset());
    map.put("timestamp", record.timestamp());
    put(map, "key", record.hasKey() ? record.keyBytes() : null);
    put(map, "value", record.hasValue() ? record.valueBytes() : null);
    List<Map<String, Object>> headers = new ArrayList<>();
    for (RecordHeader header : record.headers()) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("key", header.key());
      put(one, "value", header.value());
      headers.add(one);
    }
    map.put("headers", headers);
    return map;
  }

  /** What is not UTF-8 gets another key, and is written in base 64. */
  private static void put(Map<String, Object> map, String key, byte[] bytes) {
    if (bytes == null) {
      map.put(key, null);
      return;
    }
    try {
      map.put(key, StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      map.put(key + "Base64", Base64.getEncoder().encodeToString(bytes));
    }
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }

  private static String time(long timestampMs) {
    return timestampMs < 0 ? "-" : Instant.ofEpochMilli(timestampMs).toString();
  }
}
