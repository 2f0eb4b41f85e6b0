package io.margay.http.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import io.margay.protocol.record.RecordHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A body of JSON objects, one after another, each of which is a record. The bytes are split into objects by their brackets as they
 * arrive, and an object is parsed when it is complete, so that a record is available as soon as its last byte has arrived. (An
 * incremental parser is more lenient at the end of a piece: it accepts a trailing comma there.) A record that is well-formed JSON but
 * not valid fails alone; JSON that is not well-formed ends the body.
 */
final class JsonRecords implements RecordSource {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_NUMBER_LENGTH = 400;
  private static final int MAX_NAME_LENGTH = 1_000;
  /** Bytes of names and white space that the JSON of a record may have beyond twice the record's size. */
  private static final int EXTRA_BYTES = 64 * 1024;
  private static final int FIRST_BYTES = 1_024;
  /** Larger buffers are not kept for the next record. */
  private static final int KEPT_BYTES = 64 * 1024;
  private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 64;
  /** Long strings are not bounded here: {@code pendingBytes} is. */
  static final JsonFactory FACTORY = new JsonFactoryBuilder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).maxNumberLength(MAX_NUMBER_LENGTH)
          .maxNameLength(MAX_NAME_LENGTH).maxStringLength(Integer.MAX_VALUE).build()).build();

  private enum At { ROOT, RECORD, HEADERS, HEADER, PAYLOAD, SKIP }

  private final int maxPendingBytes;
  // bytes of the body that are not read yet: [from, to)
  private byte[] input;
  private int from;
  private int to;
  // the object that is not complete yet
  private byte[] object = new byte[FIRST_BYTES];
  private int size;
  private int depth;
  private boolean inString;
  private boolean escaped;
  // its start in the body, and the position of the next byte; both from 1
  private int firstLine = 1;
  private int firstColumn = 1;
  private int line = 1;
  private int column = 1;
  private boolean ended;
  private boolean broken;

  private JsonParser parser;
  private At at = At.ROOT;
  private int number;

  // the record being read
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
    maxPendingBytes = (int) Math.min(2L * maxBytes + EXTRA_BYTES, MAX_ARRAY_BYTES);
  }

  @Override
  public void feed(byte[] bytes, int length) {
    input = bytes;
    from = 0;
    to = length;
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public int pendingBytes() {
    return size;
  }

  @Override
  public Item next() {
    if (broken) {
      return null;
    }
    boolean complete = false;
    int begin = from;
    while (from < to && !complete) {
      byte b = input[from++];
      if (size == 0 && from - 1 == begin) {
        firstLine = line;
        firstColumn = column;
        if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
          begin++;
          place(b);
          continue;
        }
        if (b != '{') {
          // no later byte can repair this: the parser reports what is wrong
          from = to;
          complete = true;
        }
      }
      place(b);
      if (b == 0) {
        return broken(HttpError.malformed(where(line, column) + "there is a zero byte"));
      }
      complete |= closes(b);
    }
    append(begin, from);
    if (complete || ended && size > 0) {
      return parse();
    }
    return size > maxPendingBytes ? broken(HttpError.tooLarge("record " + number + ": more than " + maxPendingBytes
        + " bytes of JSON in one record")) : null;
  }

  private void place(byte b) {
    column++;
    if (b == '\n') {
      line++;
      column = 1;
    }
  }

  /** Tracks strings and brackets. @return whether the object ends with this byte */
  private boolean closes(byte b) {
    if (inString) {
      inString = escaped || b != '"';
      escaped = !escaped && b == '\\';
      return false;
    }
    switch (b) {
      case '"' -> inString = true;
      case '{', '[' -> depth++;
      case '}', ']' -> depth--;
      default -> { }
    }
    return depth == 0 && (b == '}' || b == ']');
  }

  private void append(int begin, int end) {
    int length = end - begin;
    if (length == 0) {
      return;
    }
    if (length > object.length - size) {
      object = Arrays.copyOf(object, Math.max(size + length, (int) Math.min(2L * object.length, MAX_ARRAY_BYTES)));
    }
    System.arraycopy(input, begin, object, size, length);
    size += length;
  }

  private Item parse() {
    try (JsonParser p = FACTORY.createParser(object, 0, size)) {
      parser = p;
      for (JsonToken t = p.nextToken(); t != null; t = p.nextToken()) {
        Item item = on(t);
        if (item != null) {
          return item;
        }
      }
      return broken(HttpError.malformed(where(line, column) + "the body ends within a record"));
    } catch (JsonProcessingException e) {
      JsonLocation place = e.getLocation();
      return broken(HttpError.malformed((place == null ? "record " + index() + ": " : where(place)) + e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      size = 0;
      depth = 0;
      if (object.length > KEPT_BYTES) {
        object = new byte[FIRST_BYTES];
      }
    }
  }

  private Broken broken(HttpError error) {
    broken = true;
    return new Broken(error);
  }

  private int index() {
    return at == At.ROOT ? number : number - 1;
  }

  private String where(JsonLocation inObject) {
    return where(firstLine + inObject.getLineNr() - 1,
        inObject.getLineNr() == 1 ? firstColumn + inObject.getColumnNr() - 1 : inObject.getColumnNr());
  }

  private String where(int atLine, int atColumn) {
    return "record " + index() + ", line " + atLine + ", column " + atColumn + ": ";
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

  /** The beginning of a client's text, short enough for a response. */
  static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }
}
