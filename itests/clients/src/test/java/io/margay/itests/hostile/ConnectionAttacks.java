package io.margay.itests.hostile;

import static io.margay.itests.hostile.Attack.size;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.apache.kafka.common.protocol.ApiKeys;

/** Connections that come and go: nothing of them stays. */
final class ConnectionAttacks {
  private static final String CONNECTION = "io.margay.server.internal.Connection";
  private static final int OTHERS = 20;
  /** So many connect at the same time: one alone waits a second whenever the queue of the listener is full. */
  private static final int VISITORS = 8;

  private ConnectionAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.of("b", "connects and disconnects", b -> comeAndGo(b, Wire::close)),
        Attack.of("b-reset", "connects and resets", b -> comeAndGo(b, ConnectionAttacks::reset)),
        Attack.of("b-half", "connects, half a frame, disconnects", b -> comeAndGo(b, w -> sendAndClose(w, half()))),
        Attack.of("b-answered", "connects, one request that is answered, disconnects", b -> comeAndGo(b, ConnectionAttacks::ask)),
        Attack.of("b-parked", "connects, a fetch that waits ten minutes, disconnects", ConnectionAttacks::parked),
        Attack.of("b-idle", "idle connections", ConnectionAttacks::idle));
  }

  /** What one connection does before it is gone. */
  private interface Visit {
    void make(Wire wire) throws IOException;
  }

  private static String comeAndGo(HostileBroker broker, Visit visit) throws Exception {
    int visits = size(240, 20_000);
    List<FutureTask<Void>> visitors = new ArrayList<>();
    for (int i = 0; i < VISITORS; i++) {
      FutureTask<Void> visitor = new FutureTask<>(() -> {
        for (int n = 0; n < visits / VISITORS; n++) {
          try (Wire wire = new Wire(broker.port())) {
            visit.make(wire);
          }
        }
        return null;
      });
      visitors.add(visitor);
      new Thread(visitor, "visitor").start();
    }
    for (FutureTask<Void> visitor : visitors) {
      visitor.get();
    }
    return assertGone(broker, visits);
  }

  private static String assertGone(HostileBroker broker, int visits) {
    int left = 0;
    for (int i = 0; i < 10; i++) {
      left = broker.instances(CONNECTION);
      if (left <= OTHERS) {
        return left + " left of " + visits;
      }
    }
    throw new AssertionError(left + " connections of " + visits + " are on the heap after they were closed");
  }

  private static void reset(Wire wire) throws IOException {
    wire.socket().setSoLinger(true, 0);
    wire.close();
  }

  private static byte[] half() {
    return ByteBuffer.allocate(500).putInt(1000).array();
  }

  private static void sendAndClose(Wire wire, byte[] bytes) throws IOException {
    wire.send(bytes);
    wire.close();
  }

  private static void ask(Wire wire) throws IOException {
    wire.send(Wire.frame(ApiKeys.API_VERSIONS, 0, out -> { }));
    wire.read();
  }

  private static String parked(HostileBroker broker) throws Exception {
    byte[] fetch = Frames.fetch(broker.newTopic(1, java.util.Map.of()), 600_000, 1, 1);
    return comeAndGo(broker, w -> sendAndClose(w, fetch));
  }

  /** In the long form as many as the broker takes by default, with those of the stock client. */
  private static String idle(HostileBroker broker) throws Exception {
    int most = size(400, 10_000);
    List<Wire> wires = new ArrayList<>();
    boolean refused = false;
    while (wires.size() < most && !refused) {
      Wire wire = broker.connect();
      refused = wires.size() >= most - OTHERS && wire.closedWithin(100);
      if (!refused) {
        wires.add(wire);
      }
    }
    if (refused != Attack.FULL) {
      throw new AssertionError(wires.size() + " connections, and the next was " + (refused ? "refused" : "taken"));
    }
    long liveBytes = broker.liveBytes();
    int counted = broker.instances(CONNECTION);
    wires.forEach(Wire::close);
    long each = (liveBytes - broker.liveBytes()) / wires.size();
    assertGone(broker, wires.size());
    if (each > 2048) {
      throw new AssertionError("an idle connection costs " + each + " bytes of heap");
    }
    return wires.size() + " of " + counted + " connections, " + each + " bytes each";
  }
}
