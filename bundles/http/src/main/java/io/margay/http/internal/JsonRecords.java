package io.margay.http.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import io.margay.protocol.record.RecordHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;

/**
 * A body of JSON objects, one after another, each of which is a record. The parser takes what has arrived and never waits, so that
 * a record is there as soon as its last byte is. What is wrong with a record but is well-formed JSON concerns that record alone;
 * what is not well-formed ends the body.
 */
final class JsonRecords implements RecordSource {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_NUMBER_LENGTH = 400;
  private static final int MAX_NAME_LENGTH = 1_000;
  /** What the JSON of a record may have more than twice its bytes: names, white space. */
  private static final int EXTRA_BYTES = 64 * 1024;
  /** Long strings are not bounded here: {@code pendingBytes} is. */
  static final JsonFactory FACTORY = new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxNumberLength(MAX_NUMBER_LENGTH)
          .maxNameLength(MAX_NAME_LENGTH).maxStringLength(Integer.MAX_VALUE).build()).build();

  private enum At { ROOT, RECORD, HEADERS, HEADER, PAYLOAD, SKIP }

  private final JsonParser parser;
  private final ByteArrayFeeder feeder;
  private final long maxPendingBytes;
  private At at = At.ROOT;
  private int number;
  private int pendingBytes;
  private boolean broken;

  // the record under way
  private String field;
  private HttpError refused;
  private Integer partition;
  private Long timestampMs;
  private List<RecordHeader> headers;
  private Payload key;
  private Payload value;
  private PayloadReader payload;
  private String headerName;
  private PayloadReader headerValue;

  /** @param maxBytes the topic's {@code max.message.bytes} */
  JsonRecords(int maxBytes) {
    maxPendingBytes = 2L * maxBytes + EXTRA_BYTES;
    try {
      parser = FACTORY.createNonBlockingByteArrayParser();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    feeder = (ByteArrayFeeder) parser.getNonBlockingInputFeeder();
  }

  @Override
  public void feed(byte[] bytes, int length) {
    pendingBytes += length;
    try {
      feeder.feedInput(bytes, 0, length);
    } catch (IOException e) {
      throw new IllegalStateException("fed before everything was read", e);
    }
  }

  @Override
  public void end() {
    feeder.endOfInput();
  }

  @Override
  public int pendingBytes() {
    return pendingBytes;
  }

  @Override
  public Item next() {
    if (broken) {
      return null;
    }
    try {
      for (JsonToken t = parser.nextToken(); t != null && t != JsonToken.NOT_AVAILABLE; t = parser.nextToken()) {
        Item item = on(t);
        if (item != null) {
          pendingBytes = 0;
          return item;
        }
      }
    } catch (JsonProcessingException e) {
      return broken(HttpError.malformed(where(e.getLocation()) + e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return pendingBytes > maxPendingBytes
        ? broken(HttpError.tooLarge(where(null) + "more than " + maxPendingBytes + " bytes of JSON in one record")) : null;
  }

  private Broken broken(HttpError error) {
    broken = true;
    return new Broken(error);
  }

  private String where(JsonLocation location) {
    int record = at == At.ROOT ? number : number - 1;
    return location == null ? "record " + record + ": "
        : "record " + record + ", line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
  }

  private Item on(JsonToken t) throws IOException {
    switch (at) {
      case ROOT -> {
        if (t != JsonToken.START_OBJECT) {
          return broken(HttpError.malformed(where(parser.currentTokenLocation()) + "expected an object, but there is "
              + t.name()));
        }
        begin();
      }
      case RECORD -> {
        if (t == JsonToken.END_OBJECT) {
          return finish();
        }
        inRecord(t);
      }
      case HEADERS -> inHeaders(t);
      case HEADER -> inHeader(t);
      case PAYLOAD -> inPayload(t);
      case SKIP -> {
        if (t == JsonToken.END_OBJECT && parser.getParsingContext().inRoot()) {
          return finish();
        }
      }
    }
    return null;
  }

  private void begin() {
    number++;
    refused = null;
    partition = null;
    timestampMs = null;
    headers = new ArrayList<>();
    key = Payload.NONE;
    value = Payload.NONE;
    at = At.RECORD;
  }

  private Item finish() {
    if (refused == null && timestampMs != null && partition == null) {
      refuse("a timestamp needs a partition_id: where the partitioner chooses, records have the time of their arrival");
    }
    Item item = refused == null ? new Parsed(new RecordRequest(partition, timestampMs, key, value, headers)) : new Refused(refused);
    at = At.ROOT;
    payload = null;
    headerValue = null;
    return item;
  }

  private void refuse(String message) {
    refused = HttpError.malformed(where(parser.currentTokenLocation()) + message);
    at = At.SKIP;
  }

  private void inRecord(JsonToken t) throws IOException {
    if (t == JsonToken.FIELD_NAME) {
      field = parser.currentName();
      return;
    }
    switch (field) {
      case "partition_id" -> partition(t);
      case "timestamp" -> timestamp(t);
      case "headers" -> {
        if (t == JsonToken.START_ARRAY) {
          at = At.HEADERS;
        } else if (t != JsonToken.VALUE_NULL) {
          refuse("headers must be an array");
        }
      }
      case "key", "value" -> {
        if (t == JsonToken.START_OBJECT) {
          payload = new PayloadReader(parser);
          at = At.PAYLOAD;
        } else if (t != JsonToken.VALUE_NULL) {
          refuse(field + " must be an object with type and data");
        }
      }
      default -> refuse("unknown field \"" + shown(field)
          + "\"; expected are partition_id, headers, key, value and timestamp");
    }
  }

  private void partition(JsonToken t) throws IOException {
    if (t == JsonToken.VALUE_NULL) {
      return;
    }
    try {
      if (t == JsonToken.VALUE_NUMBER_INT && parser.getIntValue() >= 0) {
        partition = parser.getIntValue();
        return;
      }
    } catch (InputCoercionException e) {
      // a number that is too large: refused below like any other
      partition = null;
    }
    refuse("partition_id must be a number from 0 to " + Integer.MAX_VALUE);
  }

  private void timestamp(JsonToken t) throws IOException {
    try {
      switch (t) {
        case VALUE_NULL -> timestampMs = null;
        case VALUE_NUMBER_INT -> timestampMs = parser.getLongValue();
        case VALUE_STRING -> timestampMs = Instant.parse(parser.getText()).toEpochMilli();
        default -> timestampMs = -1L;
      }
    } catch (InputCoercionException | DateTimeParseException | ArithmeticException e) {
      // refused below like any other that is not a time
      timestampMs = -1L;
    }
    if (timestampMs != null && timestampMs < 0) {
      refuse("timestamp must be text such as 2026-01-31T12:00:00Z, or milliseconds since 1970");
    }
  }

  private void inHeaders(JsonToken t) {
    if (t == JsonToken.END_ARRAY) {
      at = At.RECORD;
    } else if (t == JsonToken.START_OBJECT) {
      headerName = null;
      headerValue = new PayloadReader(parser);
      at = At.HEADER;
    } else {
      refuse("a header must be an object with name and value");
    }
  }

  private void inHeader(JsonToken t) throws IOException {
    if (t == JsonToken.FIELD_NAME) {
      field = parser.currentName();
    } else if (t == JsonToken.END_OBJECT) {
      String problem = headerName == null ? "a header needs a name" : headerValue.complete("BINARY");
      if (problem == null) {
        headers.add(new RecordHeader(headerName, headerValue.bytes()));
        at = At.HEADERS;
      } else {
        refuse(problem);
      }
    } else if (field.equals("name") && t == JsonToken.VALUE_STRING) {
      headerName = parser.getText();
    } else if (field.equals("value") && (t == JsonToken.VALUE_STRING || t == JsonToken.VALUE_NULL)) {
      headerValue.data(t);
    } else {
      refuse("a header has a name, which is text, and a value, which is text in base64 or null");
    }
  }

  private void inPayload(JsonToken t) throws IOException {
    String problem = payload.on(t);
    if (problem != null) {
      refuse(problem);
    } else if (payload.ended()) {
      if (field.equals("key")) {
        key = payload.payload();
      } else {
        value = payload.payload();
      }
      payload = null;
      at = At.RECORD;
    }
  }

  /** Not more of a foreign text than an answer should bear. */
  static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
