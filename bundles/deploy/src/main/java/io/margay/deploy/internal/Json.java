package io.margay.deploy.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Maps, lists, text, whole numbers and null as JSON, and back. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() { }

  /** In one line. */
  static String write(Object value) throws IOException {
    return write(value, false);
  }

  /** In several lines, for people too. */
  static String document(Object value) throws IOException {
    return write(value, true);
  }

  private static String write(Object value, boolean pretty) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      if (pretty) {
        out.useDefaultPrettyPrinter();
      }
      value(out, value);
    }
    return text.toString();
  }

  private static void value(JsonGenerator out, Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> e : map.entrySet()) {
        out.writeFieldName(String.valueOf(e.getKey()));
        value(out, e.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Collection<?> many) {
      out.writeStartArray();
      for (Object element : many) {
        value(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof Number n) {
      out.writeNumber(n.longValue());
    } else {
      out.writeString(String.valueOf(value));
    }
  }

  /** @throws IOException when it is not a JSON object */
  static Map<String, Object> read(String text) throws IOException {
    try (JsonParser in = FACTORY.createParser(text)) {
      in.nextToken();
      if (read(in) instanceof Map<?, ?> map) {
        @SuppressWarnings("unchecked")
        Map<String, Object> result = (Map<String, Object>) map;
        return result;
      }
      throw new IOException("not a JSON object");
    }
  }

  private static Object read(JsonParser in) throws IOException {
    JsonToken token = in.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, Object> map = new LinkedHashMap<>();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        String name = in.currentName();
        in.nextToken();
        map.put(name, read(in));
      }
      return map;
    }
    if (token == JsonToken.START_ARRAY) {
      List<Object> list = new ArrayList<>();
      while (in.nextToken() != JsonToken.END_ARRAY) {
        list.add(read(in));
      }
      return list;
    }
    if (token == JsonToken.VALUE_NUMBER_INT) {
      return in.getLongValue();
    }
    if (token == null) {
      throw new IOException("cut off");
    }
    return token == JsonToken.VALUE_NULL ? null : in.getText();
  }
}
