package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables, JSON, hints, lines and hashes. */
class RenderingTest {
  @Test
  void aTableAlignsNumbersToTheRight() {
    Table table = new Table("topicName", "sizeBytes", "isr").row("a", 5, List.of(1, 2)).row("longer\nname", null, List.of());
    assertThat(table.toText()).isEqualTo("""
        TOPIC NAME    SIZE BYTES  ISR
        a                      5  1,2
        longer\\nname           -  -
        """);
    assertThat(new Table("a", "b").toText()).isEqualTo("A  B\n");
  }

  @Test
  void jsonHasTheKeysOfTheColumns() {
    Table table = new Table("topic", "isr", "ok").row("a\"b\u0001", List.of(1, 2), true).row(null, List.of(), false);
    assertThat(Json.line(table.toMaps())).isEqualTo(
        "[{\"topic\":\"a\\\"b\\u0001\",\"isr\":[1,2],\"ok\":true},{\"topic\":null,\"isr\":[],\"ok\":false}]");
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("short", (short) 3);
    map.put("big", Long.MAX_VALUE);
    assertThat(Json.line(map)).isEqualTo("{\"short\":3,\"big\":9223372036854775807}");
  }

  @Test
  void whatClientsSayCannotForgeLinesOrColours() {
    assertThat(new Table("group").row("a\u001b[31m\r\nb\u202e\u2028\u0085é").toText())
        .isEqualTo("GROUP\na\\u001b[31m\\r\\nb\\u202e\\u2028\\u0085é\n");
    assertThat(Near.hint("ordrs", List.of("orders\u001b"), "group:list")).isEqualTo("; did you mean orders\\u001b?");
  }

  @Test
  void longNamesAreNotCompared() {
    List<String> names = java.util.stream.IntStream.range(0, 20_000).mapToObj(i -> "x".repeat(1_000) + i).toList();
    assertThat(Near.names("orders", names)).isEmpty();
  }

  @Test
  void nearNamesAreFound() {
    assertThat(Near.names("oders", List.of("orders", "payments"))).containsExactly("orders");
    assertThat(Near.names("numpartitions", List.of("num.partitions", "x"))).containsExactly("num.partitions");
    assertThat(Near.names("zzz", List.of("orders"))).isEmpty();
  }

  @Test
  void linesKeepTheirBytes() throws Exception {
    byte[] odd = {(byte) 0xff, '\n', '\r', '\n', 'x', 0, '\r', '\n', 'e'};
    Lines lines = new Lines(new ByteArrayInputStream(odd));
    assertThat(lines.next()).containsExactly(0xff);
    assertThat(lines.buffered()).isTrue();
    assertThat(lines.next()).isEmpty();
    assertThat(lines.next()).containsExactly('x', 0);
    assertThat(lines.buffered()).isFalse();
    assertThat(lines.next()).containsExactly('e');
    assertThat(lines.next()).isNull();
    byte[] big = new byte[300_000];
    Arrays.fill(big, (byte) 'b');
    assertThat(new Lines(new ByteArrayInputStream(big)).next()).hasSize(300_000);
  }

  @Test
  void positionsAreReadStrictly() {
    assertThat(Position.parse("2026-01-31")).isNotNull();
    assertThat(Position.parse("2026-01-31T12:00:00+01:00")).isNotNull();
    assertThatThrownBy(() -> Position.parse("tomorrow")).hasMessageContaining("expected earliest, latest, an offset, or a time");
    assertThatThrownBy(() -> Position.parse("-3")).isInstanceOf(ShellException.class);
  }
}
