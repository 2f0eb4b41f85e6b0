package io.margay.http.internal;

import com.fasterxml.jackson.core.JsonGenerationException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Reads {@code {"type": ..., "data": ...}}. The data may come first, so text is kept as it is until the type is known; anything
 * else is written as JSON again, with the digits of numbers unchanged.
 */
final class PayloadReader {
  private static final String NOT_UNICODE = "the text has half of a surrogate pair, which cannot be encoded";

  private final JsonParser parser;
  private String field;
  private String type;
  private boolean hasData;
  private String text;
  private ByteArrayOutputStream json;
  private JsonGenerator copy;
  private int depth;
  private byte[] bytes;
  private boolean ended;

  PayloadReader(JsonParser parser) {
    this.parser = parser;
  }

  /** @return what is wrong, or null */
  String on(JsonToken t) throws IOException {
    if (copy != null) {
      return copy(t);
    }
    if (t == JsonToken.FIELD_NAME) {
      field = parser.currentName();
      return null;
    }
    if (t == JsonToken.END_OBJECT) {
      ended = true;
      return complete(type);
    }
    switch (field) {
      case "type":
        type = t == JsonToken.VALUE_STRING ? parser.getText() : null;
        return t == JsonToken.VALUE_STRING || t == JsonToken.VALUE_NULL ? null : "type must be text";
      case "data":
        return data(t);
      default:
        return "unknown field \"" + JsonRecords.shown(field) + "\"; expected are type and data";
    }
  }

  /** @return what is wrong, or null */
  String data(JsonToken t) throws IOException {
    hasData = t != JsonToken.VALUE_NULL;
    if (t == JsonToken.VALUE_STRING) {
      text = parser.getText();
      return null;
    }
    if (!hasData) {
      return null;
    }
    json = new ByteArrayOutputStream();
    copy = JsonRecords.FACTORY.createGenerator(json);
    return copy(t);
  }

  private String copy(JsonToken t) throws IOException {
    try {
      switch (t) {
        case START_OBJECT -> copy.writeStartObject();
        case END_OBJECT -> copy.writeEndObject();
        case START_ARRAY -> copy.writeStartArray();
        case END_ARRAY -> copy.writeEndArray();
        case FIELD_NAME -> copy.writeFieldName(parser.currentName());
        case VALUE_STRING -> copy.writeString(parser.getText());
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> copy.writeNumber(parser.getText());
        case VALUE_TRUE, VALUE_FALSE -> copy.writeBoolean(t == JsonToken.VALUE_TRUE);
        case VALUE_NULL -> copy.writeNull();
        default -> throw new IllegalStateException("unexpected token " + t);
      }
      depth += t.isStructStart() ? 1 : t.isStructEnd() ? -1 : 0;
      if (depth == 0) {
        copy.close();
        copy = null;
      }
      return null;
    } catch (JsonGenerationException e) {
      return NOT_UNICODE;
    }
  }

  /** Converts what was read to bytes. @return what is wrong, or null */
  String complete(String as) throws IOException {
    if (!hasData) {
      return type == null || known(type) ? null : unknown(type);
    }
    if (as == null) {
      return "data needs a type: BINARY, JSON or STRING";
    }
    if (!known(as)) {
      return unknown(as);
    }
    if (as.equals("JSON")) {
      return completeJson();
    }
    if (text == null) {
      return "data of type " + as + " must be text";
    }
    try {
      bytes = as.equals("BINARY") ? Base64.getDecoder().decode(text) : utf8(text);
      return null;
    } catch (IllegalArgumentException e) {
      return "the text is not base64: " + e.getMessage();
    } catch (CharacterCodingException e) {
      return NOT_UNICODE;
    }
  }

  private String completeJson() throws IOException {
    if (json == null) {
      json = new ByteArrayOutputStream();
      try (JsonGenerator out = JsonRecords.FACTORY.createGenerator(json)) {
        out.writeString(text);
      } catch (JsonGenerationException e) {
        return NOT_UNICODE;
      }
    }
    bytes = json.toByteArray();
    return null;
  }

  private static byte[] utf8(String text) throws CharacterCodingException {
    ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
    byte[] bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return bytes;
  }

  private static boolean known(String type) {
    return type.equals("BINARY") || type.equals("JSON") || type.equals("STRING");
  }

  private static String unknown(String type) {
    return "type " + JsonRecords.shown(type) + " is not served; expected BINARY, JSON or STRING";
  }

  boolean ended() {
    return ended;
  }

  byte[] bytes() {
    return bytes;
  }

  Payload payload() {
    return new Payload(type, bytes);
  }
}
