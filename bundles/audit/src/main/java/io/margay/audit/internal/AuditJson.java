package io.margay.audit.internal;

import io.margay.spi.audit.AuditEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * An event as one line of JSON. The names of its fields stay the same; new ones may come.
 *
 * <pre>
 *   {"time":"2026-01-31T12:00:00.123Z","node":1,"seq":7,"kind":"change","action":"CreateTopics","principal":"User:alice","host":"10.0.0.7",
 *    "clientId":"adminclient-1","listener":"SECURE","type":"topic","name":"orders","outcome":"ok","count":1,"details":{"partitions":"3"}}
 * </pre>
 */
final class AuditJson {
  private AuditJson() { }

  /**
   * @param node this node's id
   * @param seq a number that rises by 1, from 1 at each start
   */
  static byte[] line(AuditEvent event, int node, long seq) {
    StringBuilder text = new StringBuilder(256);
    text.append("{\"time\":");
    string(text, Instant.ofEpochMilli(event.timeMs()).toString());
    text.append(",\"node\":").append(node).append(",\"seq\":").append(seq);
    field(text, "kind", event.kind().name().toLowerCase(Locale.ROOT));
    field(text, "action", event.action());
    field(text, "principal", event.actor().principal());
    field(text, "host", event.actor().host());
    field(text, "clientId", event.actor().clientId());
    field(text, "listener", event.actor().listener());
    field(text, "type", event.resource().type());
    field(text, "name", event.resource().name());
    field(text, "outcome", event.outcome());
    text.append(",\"count\":").append(event.count()).append(",\"details\":{");
    boolean first = true;
    for (Map.Entry<String, String> e : event.details().entrySet()) {
      text.append(first ? "" : ",");
      first = false;
      string(text, e.getKey());
      text.append(':');
      string(text, e.getValue());
    }
    return text.append("}}").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append(",\"").append(name).append("\":");
    string(text, value);
  }

  /** Also what a terminal or another reader of lines could take for something else is escaped. */
  private static void string(StringBuilder text, String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029' || Character.isSurrogate(c) && !isPaired(value, i)) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  private static boolean isPaired(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i)) ? i + 1 < value.length() && Character.isLowSurrogate(value.charAt(i + 1))
        : i > 0 && Character.isHighSurrogate(value.charAt(i - 1));
  }
}
