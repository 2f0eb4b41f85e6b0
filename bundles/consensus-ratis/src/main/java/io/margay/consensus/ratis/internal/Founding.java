package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.apache.ratis.protocol.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a new log its first state, on the one node that may: that of this node when it was alone, or none. It is sent through the
 * log in parts, so that its size has no limit, and all nodes get it like any other entry.
 */
final class Founding {
  private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
  private static final int PART_BYTES = 1 << 20;
  private static final long PAUSE_MS = 200;
  /** In the directory of the log, once it is founded: the former metadata is not read again. */
  private static final String MARKER = "founded";

  private final QuorumConfig config;
  private final FormerMetadata former;
  private final MachineSlot slot;
  private final Function<Message, CompletableFuture<byte[]>> send;
  private byte[] state = new byte[0];
  private long base;
  private final RetryThread retries;

  /**
   * @param former what this node has from the time when it was alone
   * @param send sends an entry into the log
   */
  Founding(QuorumConfig config, FormerMetadata former, MachineSlot slot, Function<Message, CompletableFuture<byte[]>> send) {
    this.config = config;
    this.former = former;
    this.slot = slot;
    this.send = send;
    this.retries = new RetryThread("metadata-quorum-founding", this::foundOnce);
    if (!config.founds() && former.exists() && !Files.exists(config.directory())) {
      throw new IllegalStateException("this node has metadata from the time when it was alone, and it is not the first node of"
          + " controller.quorum.voters, which founds the cluster: put it first, on all nodes. To drop that metadata, remove the"
          + " journal and snapshot files in " + config.directory().getParent());
    }
  }

  /**
   * Brings a machine that is about to be attached to the state that the log will be founded with, if this node founds it.
   *
   * @return whether it has that state now
   */
  synchronized boolean prepare(StateMachine machine) {
    if (!config.founds() || slot.founded() || Files.exists(marker()) || !former.exists()) {
      return false;
    }
    try {
      base = former.replay(machine) + 1;
      state = machine.snapshot();
    } catch (IOException e) {
      throw new IllegalStateException("the metadata of the time when this node was alone cannot be read: " + e.getMessage(), e);
    }
    return state.length > 0;
  }

  /** Founds the log on a thread of its own, if this node is the one to do it and it is not founded. Called after an attach. */
  void start() {
    if (config.founds() && !Files.exists(marker())) {
      retries.start(0);
    }
  }

  private Path marker() {
    return config.directory().resolve(MARKER);
  }

  private long foundOnce() {
    byte[] first;
    long firstBase;
    synchronized (this) {
      first = state;
      firstBase = base;
    }
    try {
      if (!slot.founded()) {
        found(first, firstBase);
        LOG.info("Founded the cluster clusterId={} formerCommands={} sizeBytes={}", config.identity().clusterId(), firstBase, first.length);
      }
      Files.writeString(marker(), config.identity().clusterId() + "\n");
      return RetryThread.DONE;
    } catch (CompletionException | IOException e) {
      LOG.info("The cluster could not be founded yet why={}", Proposals.cause(e).getMessage());
      return PAUSE_MS;
    }
  }

  private void found(byte[] first, long firstBase) {
    // Another one for each attempt: parts of an earlier one that arrive late are recognised.
    long seed = ThreadLocalRandom.current().nextLong();
    for (int from = 0; from < first.length; from += PART_BYTES) {
      send.apply(LogMessage.part(seed, first, from, Math.min(first.length, from + PART_BYTES))).join();
    }
    send.apply(LogMessage.found(seed, firstBase, System.currentTimeMillis(), first.length)).join();
  }

  void close() {
    retries.close();
  }
}
