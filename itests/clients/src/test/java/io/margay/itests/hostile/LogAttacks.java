package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Lines that are not the broker's own, and too many of them. */
final class LogAttacks {
  private static final String FORGED = "x\n2026-01-01 00:00:00.000 ERROR FORGED\r\n\u001b[2Jy\u2028FORGED\u0085FORGED";

  private LogAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.of("n", "client, group, member, topic and transactional ids with newline and ESC", LogAttacks::forge),
        Attack.of("n-flood", size(5, 50) + ",000 frames that are refused, of ten kinds", LogAttacks::flood));
  }

  private static void each(HostileBroker broker, String text) throws IOException {
    byte[] id = text.getBytes(StandardCharsets.UTF_8);
    send(broker, Wire.frame(ApiKeys.JOIN_GROUP, 3, out -> {
      header(out, id);
      out.writeInt(6_000);
      out.writeInt(6_000);
      out.writeUTF("");
      Frames.longString(out, text);
      out.writeInt(1);
      Frames.longString(out, text);
      out.writeInt(0);
    }));
    send(broker, Wire.frame(ApiKeys.INIT_PRODUCER_ID, 1, text.length() > 1000 ? "hostile" : "h", out -> {
      header(out, id);
      out.writeInt(60_000);
    }));
    send(broker, frameOfClient(ApiKeys.METADATA, 1, id, new byte[] {0, 0, 0, 1, 0, 3, '\n', 0x1b, '\n'}));
    send(broker, frameOfClient(ApiKeys.CREATE_TOPICS, 4, id, new byte[0]));
    send(broker, frameOfClient(ApiKeys.FETCH, 4, id, new byte[30]));
    send(broker, frameOfClient(ApiKeys.PRODUCE, 8, id, new byte[] {-1, -1, 0, 1, 0, 0, 0, 0, 0x7f, -1, -1, -1}));
    send(broker, frameOfClient(ApiKeys.FIND_COORDINATOR, 1, id, new byte[] {0, 1, 0x1b, 9}));
    // An API key that nobody knows, a version that nobody knows, a frame that is none, and HTTP.
    send(broker, ByteBuffer.allocate(14 + id.length).putInt(10 + id.length).putShort((short) 999).putShort((short) 0).putInt(1)
        .putShort((short) id.length).put(id).array());
    send(broker, frameOfClient(ApiKeys.METADATA, 99, id, new byte[0]));
    send(broker, ByteBuffer.allocate(8).putInt(-5).array());
    send(broker, ("GET /" + text + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.UTF_8));
  }

  private static void header(java.io.DataOutputStream out, byte[] id) throws IOException {
    out.writeShort(id.length);
    out.write(id);
  }

  private static byte[] frameOfClient(ApiKeys api, int version, byte[] client, byte[] body) {
    ByteBuffer b = ByteBuffer.allocate(14 + client.length + body.length).putInt(10 + client.length + body.length);
    return b.putShort(api.id).putShort((short) version).putInt(1).putShort((short) client.length).put(client).put(body).array();
  }

  private static void send(HostileBroker broker, byte[] frame) throws IOException {
    try (Wire wire = new Wire(broker.port())) {
      wire.send(frame);
      wire.socket().shutdownOutput();
      wire.closedWithin(1_000);
    } catch (IOException e) {
      // It closed the connection before all was sent, which is an answer, too.
      broker.checkAlive();
    }
  }

  private static String forge(HostileBroker broker) throws Exception {
    each(broker, FORGED);
    each(broker, "z".repeat(30_000));
    String log = broker.log();
    for (String line : log.split("[\n\r\u2028\u0085]")) {
      if (line.startsWith("FORGED") || line.startsWith("2026-01-01 00:00:00.000")) {
        throw new AssertionError("a forged line: " + line);
      }
      if (line.length() > 10_000) {
        throw new AssertionError("a line of " + line.length() + " characters");
      }
    }
    if (log.indexOf(0x1b) >= 0) {
      throw new AssertionError("ESC in the log");
    }
    return log.contains("FORGED") ? "escaped" : "not in the log";
  }

  private static String flood(HostileBroker broker) throws Exception {
    int before = broker.log().length();
    for (int i = 0; i < size(500, 5_000); i++) {
      each(broker, "client" + i);
    }
    int grown = broker.log().length() - before;
    if (grown > 200_000) {
      throw new AssertionError("the log grew by " + grown + " bytes");
    }
    return "log grew by " + grown + " bytes";
  }
}
