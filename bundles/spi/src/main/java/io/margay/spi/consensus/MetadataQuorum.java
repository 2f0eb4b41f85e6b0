package io.margay.spi.consensus;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The nodes that have the metadata log. Voters elect the leader and make commands durable; observers get all commands and do not
 * count. Every implementation of {@link MetadataLog} registers one beside it. Safe for all threads.
 *
 * <p>Changes are made by the leader, one after another, while the cluster works. Their stages complete exceptionally with
 * {@link MetadataLog.NotLeaderException} when no leader answers in time (the change may or may not have been made), with
 * {@link MembershipException} when they are refused, or with {@link UnsupportedOperationException} where the log is on one node.
 */
@ProviderType
public interface MetadataQuorum {
  /**
   * A node.
   *
   * @param node the node, and where the others reach it
   * @param voter whether it votes; an observer otherwise
   * @param lastIndex the last entry that it is known to have; -1 when unknown
   * @param lastContactMs milliseconds since the leader heard from it; -1 when unknown, 0 for the leader
   */
  record Member(QuorumNode node, boolean voter, long lastIndex, long lastContactMs) { }

  /**
   * All of them.
   *
   * @param leaderId the leader, -1 when unknown
   * @param epoch the leader's epoch; rises with each election
   * @param committedIndex the last entry that a majority of the voters has
   * @param members voters, then observers, each by id
   */
  record Status(int leaderId, long epoch, long committedIndex, List<Member> members) { }

  /** A change of the membership is refused; the message says why. */
  final class MembershipException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;
    private final Kind kind;

    /** Why. */
    public enum Kind {
      /** It is a voter already. */
      DUPLICATE_VOTER,
      /** It is no voter. */
      VOTER_NOT_FOUND,
      /** Anything else, in the message. */
      OTHER
    }

    /**
     * @param kind why
     * @param message why, in words
     */
    public MembershipException(Kind kind, String message) {
      super(message);
      this.kind = kind;
    }

    /** @return why */
    public Kind kind() {
      return kind;
    }
  }

  /** @return the members as the leader sees them */
  CompletionStage<Status> describe();

  /**
   * Makes a node a voter: one that is an observer now, or a new one that was started and waits to be added.
   *
   * @param node the node
   * @return completes when it has all commands and votes
   */
  CompletionStage<Void> addVoter(QuorumNode node);

  /**
   * Makes a voter an observer.
   *
   * @param nodeId a voter; another one leads afterwards if it led
   * @return completes when it does not vote any more
   */
  CompletionStage<Void> removeVoter(int nodeId);

  /**
   * Makes another voter the leader.
   *
   * @param nodeId a voter
   * @return completes when it leads
   */
  CompletionStage<Void> transferLeadership(int nodeId);
}
