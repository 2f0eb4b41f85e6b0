package io.margay.shell.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Map;

/** Writes maps, collections, text, numbers, booleans and null as JSON. */
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() { }

  /** A document over several lines, for people too. */
  static String document(Object value) {
    return write(value, true);
  }

  /** In one line, for streams of documents. */
  static String line(Object value) {
    return write(value, false);
  }

  private static String write(Object value, boolean pretty) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      if (pretty) {
        out.useDefaultPrettyPrinter();
      }
      value(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void value(JsonGenerator out, Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> map) {
      out.writeStartObject();
      for (Map.Entry<?, ?> e : map.entrySet()) {
        out.writeFieldName(e.getKey().toString());
        value(out, e.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Collection<?> many) {
      out.writeStartArray();
      for (Object element : many) {
        value(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof Boolean b) {
      out.writeBoolean(b);
    } else if (value instanceof Double d) {
      out.writeNumber(d);
    } else if (value instanceof Number n) {
      out.writeNumber(n.longValue());
    } else {
      out.writeString(value.toString());
    }
  }
}
