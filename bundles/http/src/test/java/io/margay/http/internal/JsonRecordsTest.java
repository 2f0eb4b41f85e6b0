package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.http.internal.RecordSource.Broken;
import io.margay.http.internal.RecordSource.Item;
import io.margay.http.internal.RecordSource.Parsed;
import io.margay.http.internal.RecordSource.Refused;
import io.margay.protocol.record.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRecordsTest {
  private static final int MAX_BYTES = 10_000;
  private static final String FULL = """
      {"partition_id": 3, "headers": [{"name": "h", "value": "YQ=="}, {"value": null, "name": "n"}],
       "key": {"type": "BINARY", "data": "AAE="}, "value": {"data": {"a": [1.50, 1e400, null, true, "\\u00e4"]}, "type": "JSON"},
       "timestamp": "2026-01-31T12:00:00Z"}""";
  private static final String SIMPLE = "{\"value\":{\"type\":\"STRING\",\"data\":\"v\"}}";

  private static final byte[] ALPHABET = utf8("{}[]\",:\\0eE-\u007f u\u00e4");

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Feeds pieces of the size. */
  private static List<Item> read(byte[] body, int piece) {
    JsonRecords records = new JsonRecords(MAX_BYTES);
    List<Item> items = new ArrayList<>();
    for (int from = 0; from < body.length; from += piece) {
      byte[] bytes = Arrays.copyOfRange(body, from, Math.min(body.length, from + piece));
      records.feed(bytes, bytes.length);
      if (!drain(records, items)) {
        return items;
      }
    }
    records.end();
    drain(records, items);
    return items;
  }

  private static boolean drain(JsonRecords records, List<Item> items) {
    for (Item item = records.next(); item != null; item = records.next()) {
      items.add(item);
      if (item instanceof Broken) {
        return false;
      }
    }
    return true;
  }

  private static List<Item> read(String body) {
    return read(utf8(body), Integer.MAX_VALUE / 2);
  }

  private static RecordRequest record(Item item) {
    return ((Parsed) item).record();
  }

  @Test
  void aRecordHasAllThatItMayHave() {
    List<Item> items = read(FULL);
    assertThat(items).hasSize(1);
    RecordRequest r = record(items.get(0));
    assertThat(r.partition()).isEqualTo(3);
    assertThat(r.timestampMs()).isEqualTo(1_769_860_800_000L);
    assertThat(r.headers()).containsExactly(new RecordHeader("h", new byte[] {'a'}), new RecordHeader("n", null));
    assertThat(r.key()).satisfies(k -> assertThat(k.type()).isEqualTo("BINARY"))
        .satisfies(k -> assertThat(k.bytes()).containsExactly(0, 1));
    assertThat(new String(r.value().bytes(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":[1.50,1e400,null,true,\"\u00e4\"]}");
  }

  @Test
  void recordsFollowOneAnotherWithOrWithoutSpace() {
    assertThat(read(SIMPLE + SIMPLE + "\n\n " + SIMPLE + " ")).hasSize(3).allMatch(i -> i instanceof Parsed);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"STRING | \"x\" | x", "JSON | \"x\" | \"x\"", "JSON | 12 | 12", "JSON | false | false",
      "JSON | [] | []", "JSON | -0.10 | -0.10", "BINARY | \"eA==\" | x", "BINARY | \"eA\" | x"})
  void dataBecomesBytesByItsType(String type, String data, String bytes) {
    for (String value : List.of("{\"type\":\"" + type + "\",\"data\":" + data + "}",
        "{\"data\":" + data + ",\"type\":\"" + type + "\"}")) {
      assertThat(record(read("{\"value\":" + value + "}").get(0)).value().bytes()).isEqualTo(utf8(bytes));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"value\":null}", "{\"value\":{\"type\":\"JSON\",\"data\":null}}",
      "{\"value\":{\"type\":\"STRING\"}}",
      "{\"value\":{}}"})
  void aValueMayBeNull(String body) {
    assertThat(record(read(body).get(0)).value().bytes()).isNull();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "{\"x\":1} | unknown field \"x\"",
      "{\"value\":1} | value must be an object",
      "{\"value\":{\"y\":1}} | unknown field \"y\"",
      "{\"value\":{\"data\":\"a\"}} | data needs a type",
      "{\"value\":{\"type\":\"AVRO\",\"data\":\"a\"}} | type AVRO is not served",
      "{\"value\":{\"type\":5,\"data\":\"a\"}} | type must be text",
      "{\"value\":{\"type\":\"BINARY\",\"data\":5}} | must be text",
      "{\"value\":{\"type\":\"BINARY\",\"data\":\"***\"}} | not base64",
      "{\"value\":{\"type\":\"STRING\",\"data\":\"\\ud800\"}} | surrogate",
      "{\"partition_id\":-1} | partition_id must be a number",
      "{\"partition_id\":99999999999999999999} | partition_id must be a number",
      "{\"partition_id\":1.5} | partition_id must be a number",
      "{\"partition_id\":0,\"timestamp\":-5} | timestamp must be",
      "{\"partition_id\":0,\"timestamp\":\"soon\"} | timestamp must be",
      "{\"partition_id\":0,\"timestamp\":[]} | timestamp must be",
      "{\"partition_id\":0,\"timestamp\":99999999999999999999} | timestamp must be",
      "{\"timestamp\":5} | a timestamp needs a partition_id",
      "{\"headers\":{}} | headers must be an array",
      "{\"headers\":[1]} | a header must be an object",
      "{\"headers\":[{\"value\":\"YQ==\"}]} | a header needs a name",
      "{\"headers\":[{\"name\":\"n\",\"value\":\"*\"}]} | not base64",
      "{\"headers\":[{\"name\":\"n\",\"value\":5}]} | a header has a name"})
  void aWrongRecordIsRefusedAndTheNextOneIsRead(String body, String message) {
    List<Item> items = read(body + SIMPLE);
    assertThat(items).hasSize(2);
    assertThat(((Refused) items.get(0)).error()).satisfies(e -> assertThat(e.status()).isEqualTo(400))
        .satisfies(e -> assertThat(e.message()).contains(message).contains("record 0").contains("column"));
    assertThat(record(items.get(1)).value().bytes()).isEqualTo(utf8("v"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void thePlaceOfAMistakeIsTold(int piece) {
    assertThat(((Refused) read(utf8("{\n  \"vaule\": 1}"), piece).get(0)).error().message())
        .startsWith("record 0, line 2, column 12");
    assertThat(((Refused) read(utf8("{}\n {}  {\"vaule\": 1}"), piece).get(2)).error().message())
        .startsWith("record 2, line 2, column 16");
    assertThat(((Broken) read(utf8("{}\n {}  {\"value\"; 1}"), piece).get(2)).error().message())
        .startsWith("record 2, line 2, column 1");
  }

  static List<String> malformed() {
    return List.of("[" + SIMPLE + "]", "1", "nul", "{", "{\"value\":",
        "{\"value\":{\"type\":\"JSON\",\"data\":" + "[".repeat(5_000),
        "{\"value\":{\"type\":\"JSON\",\"data\":" + "{\"a\":".repeat(5_000),
        "{\"value\":{\"type\":\"JSON\",\"data\":" + "9".repeat(5_000) + "}}", "{\"" + "n".repeat(5_000) + "\":1}",
        "{\"key\":null,\"key\":null}", "{'value':1}", "\u0000");
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("malformed")
  void whatIsNotJsonEndsTheBody(String body) {
    List<Item> items = read(body);
    assertThat(items).hasSize(1);
    assertThat(((Broken) items.get(0)).error()).satisfies(e -> assertThat(e.status()).isEqualTo(400))
        .satisfies(e -> assertThat(e.message()).startsWith("record 0"));
  }

  @Test
  void whatIsNotUtf8EndsTheBody() {
    byte[] body = utf8(SIMPLE);
    body[body.length - 4] = (byte) 0xff;
    assertThat(read(body, 5)).singleElement().isInstanceOf(Broken.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 9, 100})
  void whatIsLeftOutEndsTheBodyWhereverItIsCut(int piece) {
    for (String body : List.of("{\"value\":}", "{\"value\":null,}", "{,}", "{\"headers\":[,]}", "{\"headers\":[null,]}")) {
      assertThat(read(utf8(body + SIMPLE), piece)).singleElement().isInstanceOf(Broken.class);
    }
  }

  @Test
  void aRecordThatDoesNotEndIsTooLarge() {
    List<Item> items = read(utf8("{\"value\":{\"type\":\"STRING\",\"data\":\"" + "x".repeat(200_000)), 8_192);
    assertThat(((Broken) items.get(items.size() - 1)).error().status()).isEqualTo(413);
    items = read(utf8(SIMPLE + "{" + " ".repeat(200_000)), 8_192);
    assertThat(items).hasSize(2);
    assertThat(((Broken) items.get(1)).error().status()).isEqualTo(413);
  }

  @Test
  void cutAnywhereItIsBrokenOrWhole() {
    String body = SIMPLE + FULL;
    for (int length = 1; length < body.length(); length++) {
      List<Item> items = read(body.substring(0, length));
      boolean whole = length == SIMPLE.length();
      assertThat(items.get(items.size() - 1) instanceof Broken).as("cut at %d", length).isEqualTo(!whole);
    }
  }

  /** Anything gives items and no exception, and the same items however the body arrives. */
  @Test
  void anythingIsReadTheSameInAnyPieces() {
    long seed = Long.getLong("seed", new Random().nextLong());
    Random random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      byte[] body = random.nextInt(4) == 0 ? new byte[random.nextInt(60)] : utf8(FULL + SIMPLE + FULL);
      if (body.length < 60) {
        random.nextBytes(body);
      }
      for (int changes = random.nextInt(4); changes > 0 && body.length > 0; changes--) {
        body[random.nextInt(body.length)] = ALPHABET[random.nextInt(ALPHABET.length)];
      }
      List<Item> whole = read(body, Integer.MAX_VALUE / 2);
      int piece = 1 + random.nextInt(9);
      assertThat(kinds(read(body, piece))).as("seed %d, body %d in pieces of %d: %s", seed, i, piece,
          new String(body, StandardCharsets.ISO_8859_1)).isEqualTo(kinds(whole));
    }
  }

  private static List<String> kinds(List<Item> items) {
    return items.stream().map(i -> i instanceof Parsed p ? p.record().partition() + " " + p.record().headers() + " "
        + Arrays.toString(p.record().key().bytes()) + Arrays.toString(p.record().value().bytes())
        : i.getClass().getSimpleName()).toList();
  }
}
