package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.protocol.ApiKeys;

/** Frames that are announced and do not come. */
final class SlowAttacks {
  private static final int SECONDS = size(7, 90);

  private SlowAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.of("l", "100 MiB announced, 600 KB sent, then a byte each 2 s", b -> trickle(b, 1, 100 << 20, 600_000)),
        Attack.of("l-partial", "250 frames of 1 MiB without their last byte", b -> trickle(b, 250, 1 << 20, (1 << 20) - 30)),
        Attack.of("l-many", "100 connections, 50 MiB announced, 100 KB sent", b -> trickle(b, 100, 50 << 20, 100_000)),
        Attack.of("l-full", "12 connections that send 100 MiB each, but for the end", b -> trickle(b, 12, 100 << 20, 99 << 20)),
        Attack.of("sasl", "SaslAuthenticate of 100 MiB", SlowAttacks::sasl));
  }

  private static String trickle(HostileBroker broker, int connections, int announced, int sent) throws Exception {
    List<Wire> wires = new ArrayList<>();
    List<Thread> senders = new ArrayList<>();
    byte[] head = ByteBuffer.allocate(14).putInt(announced).putShort((short) 0).putShort((short) 8).putInt(1).putShort((short) -1)
        .array();
    for (int i = 0; i < connections; i++) {
      Wire wire = broker.connect();
      wires.add(wire);
      Thread t = new Thread(() -> send(wire, head, sent), "trickle");
      t.start();
      senders.add(t);
    }
    for (int i = 0; i < SECONDS; i++) {
      broker.checkAlive();
      LockSupport.parkNanos(1_000_000_000);
    }
    long closed = wires.stream().filter(SlowAttacks::isClosed).count();
    wires.forEach(Wire::close);
    for (Thread t : senders) {
      t.join();
    }
    return closed + " of " + connections + " closed after " + SECONDS + " s";
  }

  /** Held back or closed by the broker, and closed by the attack at the end. */
  private static void send(Wire wire, byte[] head, int sent) {
    byte[] chunk = new byte[1 << 16];
    try {
      wire.send(head);
      for (int left = sent; left > 0; left -= chunk.length) {
        wire.send(chunk, 0, Math.min(left, chunk.length));
      }
      while (true) {
        LockSupport.parkNanos(2_000_000_000);
        wire.send(chunk, 0, 1);
      }
    } catch (IOException e) {
      wire.close();
    }
  }

  private static boolean isClosed(Wire wire) {
    try {
      return wire.socket().isClosed() || wire.closedWithin(1);
    } catch (IOException e) {
      return true;
    }
  }

  private static String sasl(HostileBroker broker) throws Exception {
    String answer = "";
    for (int i = 0; i < 3; i++) {
      Wire wire = broker.connect();
      byte[] chunk = new byte[1 << 20];
      try {
        wire.sendRepeated(ApiKeys.SASL_AUTHENTICATE, 1, out -> out.writeInt(99 << 20), out -> out.write(chunk), 99, out -> { });
      } catch (IOException e) {
        answer = "closed while it was sent";
        continue;
      }
      answer = wire.answer(ApiKeys.SASL_AUTHENTICATE, 1);
    }
    return answer;
  }
}
