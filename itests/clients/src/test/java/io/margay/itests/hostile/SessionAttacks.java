package io.margay.itests.hostile;

import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** Fetch sessions that hold as many partitions as a request can name. */
final class SessionAttacks {
  private static final int SESSIONS = 60;
  private static final int PARTITIONS = 40_000;

  private SessionAttacks() { }

  static List<Attack> all() {
    return List.of(
        Attack.of("m", "60 fetch sessions of 40,000 partitions", b -> open(b, -1)),
        Attack.of("m-replica", "the same in the name of a replica", b -> open(b, 7)));
  }

  private static String open(HostileBroker broker, int replicaId) throws Exception {
    byte[] fetch = Frames.openSession("none", PARTITIONS, replicaId);
    long before = broker.liveBytes();
    String answer = "";
    for (int i = 0; i < SESSIONS; i++) {
      answer = broker.connect().call(ApiKeys.FETCH, 11, fetch);
    }
    long grown = (broker.liveBytes() - before) >> 20;
    if (grown > 40) {
      throw new AssertionError("sessions hold " + grown + " MB");
    }
    return answer + ", " + grown + " MB held";
  }
}
