package io.margay.http.internal;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** The results as JSON, one object per line. */
final class Answers {
  private Answers() { }

  /**
   * @param clusterId the cluster's id
   * @param topic the topic's name
   * @param partition the record's partition
   * @param offset its offset there
   * @param record what was written; its timestamp is included when the client gave one
   * @return the line
   */
  static byte[] written(String clusterId, String topic, int partition, long offset, RecordRequest record) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JsonRecords.FACTORY.createGenerator(line)) {
      out.writeStartObject();
      out.writeNumberField("error_code", 200);
      out.writeStringField("cluster_id", clusterId);
      out.writeStringField("topic_name", topic);
      out.writeNumberField("partition_id", partition);
      out.writeNumberField("offset", offset);
      if (record.timestampMs() != null) {
        out.writeStringField("timestamp", Instant.ofEpochMilli(record.timestampMs()).toString());
      }
      payload(out, "key", record.key());
      payload(out, "value", record.value());
      out.writeEndObject();
      out.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toByteArray();
  }

  private static void payload(JsonGenerator out, String name, Payload payload) throws IOException {
    if (payload.type() != null) {
      out.writeObjectFieldStart(name);
      out.writeStringField("type", payload.type());
      out.writeNumberField("size", payload.sizeBytes());
      out.writeEndObject();
    }
  }

  static byte[] error(HttpError error) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    try (JsonGenerator out = JsonRecords.FACTORY.createGenerator(line)) {
      out.writeStartObject();
      out.writeNumberField("error_code", error.code());
      out.writeStringField("message", wellFormed(error.message()));
      out.writeEndObject();
      out.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toByteArray();
  }

  /** A message may repeat what the client sent: half a surrogate pair cannot be written. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.UTF_8);
  }
}
