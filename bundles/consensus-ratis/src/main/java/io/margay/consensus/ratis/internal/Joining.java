package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.MetadataLog.NotLeaderException;
import io.margay.spi.consensus.MetadataQuorum.MembershipException;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the leader to send its log to this node, when this node is no member of the quorum, or one at another address. It asks again
 * until it is a member: the leader may be unknown, or busy with another change.
 */
final class Joining {
  private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
  private static final long PAUSE_MS = 300;

  private final QuorumConfig config;
  private final Membership membership;
  private final BooleanSupplier isMember;
  private final RetryThread retries;
  private String said;

  /** @param isMember whether this node is a member, as far as it knows */
  Joining(QuorumConfig config, Membership membership, BooleanSupplier isMember) {
    this.config = config;
    this.membership = membership;
    this.isMember = isMember;
    this.retries = new RetryThread("metadata-quorum-join", this::join);
  }

  void start() {
    if (!isMember.getAsBoolean()) {
      retries.start(PAUSE_MS);
    }
  }

  private long join() {
    try {
      membership.join(config.self());
      LOG.info("Joined the metadata quorum node={}", config.self());
      return RetryThread.DONE;
    } catch (IOException | NotLeaderException | MembershipException e) {
      String why = String.valueOf(e.getMessage());
      if (!why.equals(said)) {
        LOG.info("Cannot join the metadata quorum yet node={} why={}", config.self(), why);
        said = why;
      }
      return PAUSE_MS;
    }
  }

  void close() {
    retries.close();
  }
}
