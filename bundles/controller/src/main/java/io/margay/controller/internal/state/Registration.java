package io.margay.controller.internal.state;

import java.util.UUID;

/**
 * What the cluster keeps of a broker besides its image.
 *
 * @param incarnation made at each start of its process
 * @param defaults settings of the broker that rules of the cluster depend on
 * @param found the epoch that its process found with its data; -1 for none, and when the process is known to have learned its own
 */
public record Registration(UUID incarnation, Defaults defaults, long found) {
  /** The process knows its epoch: the next one finds that. */
  Registration confirmed() {
    return found < 0 ? this : new Registration(incarnation, defaults, -1);
  }

  /**
   * Values that a topic has without an override of its own. They are part of the registration because rules must give the same
   * result on each node. Where brokers differ, the most careful value counts.
   *
   * @param minIsr {@code min.insync.replicas}
   * @param unclean {@code unclean.leader.election.enable}
   * @param flushOnAck whether {@code margay.flush.policy} is ack
   * @param engine {@code margay.storage.engine}
   */
  public record Defaults(int minIsr, boolean unclean, boolean flushOnAck, String engine) {
    /** Of brokers that were registered before these values were kept. */
    public static final Defaults UNKNOWN = new Defaults(1, false, false, "file");
  }
}
