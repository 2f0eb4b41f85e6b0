package io.margay.consensus.ratis.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.function.Function;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices at once that the process of the leader is gone: a thread holds a connection to the leader's port, on which nothing is
 * sent. When it breaks and a new one is refused, no process listens there. An election then starts without waiting for the election
 * timeout. Anything else (a leader that hangs, a network that loses packets) is left to that timeout.
 */
final class LeaderWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderWatch.class);
  private static final int CONNECT_MS = 1_000;
  private static final long PAUSE_MS = 1_000;

  /** Reacts to the end of a leader. */
  interface Gone {
    /** @param leader whose process is gone; called on the watching thread, which it may keep for a moment */
    void onGone(RaftPeerId leader) throws InterruptedException;
  }

  private final RaftPeerId self;
  private final Function<RaftPeerId, InetSocketAddress> addresses;
  private final Gone gone;
  private final Thread thread;
  private RaftPeerId leader;
  private Socket socket;
  private boolean closed;

  /** @param addresses gives the address of a node, null when unknown */
  LeaderWatch(RaftPeerId self, Function<RaftPeerId, InetSocketAddress> addresses, Gone gone) {
    this.self = self;
    this.addresses = addresses;
    this.gone = gone;
    this.thread = new Thread(this::run, "metadata-quorum-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** Another node leads, or null: none. */
  synchronized void leader(RaftPeerId now) {
    leader = now;
    closeSocket();
    notifyAll();
  }

  private void run() {
    try {
      while (true) {
        RaftPeerId watched = next();
        if (watched == null) {
          return;
        }
        if (watch(watched)) {
          LOG.info("The process of the leader of the metadata quorum is gone leaderId={}", watched);
          gone.onGone(watched);
        }
        pause(watched);
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  private synchronized RaftPeerId next() throws InterruptedException {
    while (!closed && (leader == null || leader.equals(self))) {
      wait();
    }
    return closed ? null : leader;
  }

  /** Returns when another node is to be watched (false), the connection cannot be made or kept (false), or nobody listens (true). */
  private boolean watch(RaftPeerId watched) {
    boolean connected = false;
    while (true) {
      InetSocketAddress address = addresses.apply(watched);
      if (address == null) {
        return false;
      }
      try (Socket opened = new Socket()) {
        if (!use(opened, watched)) {
          return false;
        }
        opened.connect(new InetSocketAddress(address.getHostString(), address.getPort()), CONNECT_MS);
        connected = true;
        while (opened.getInputStream().read() >= 0) {
          // nothing is expected
        }
      } catch (ConnectException e) {
        return connected && isLeader(watched);
      } catch (IOException e) {
        LOG.debug("The connection to the leader broke leaderId={}", watched, e);
      }
      if (!connected || !isLeader(watched)) {
        return false;
      }
    }
  }

  private synchronized boolean use(Socket opened, RaftPeerId watched) {
    if (closed || !watched.equals(leader)) {
      return false;
    }
    socket = opened;
    return true;
  }

  private synchronized boolean isLeader(RaftPeerId watched) {
    return !closed && watched.equals(leader);
  }

  /** Waits for another leader, but not for long. */
  private synchronized void pause(RaftPeerId watched) throws InterruptedException {
    if (!closed && watched.equals(leader)) {
      wait(PAUSE_MS);
    }
  }

  private void closeSocket() {
    if (socket != null) {
      try {
        socket.close();
      } catch (IOException e) {
        LOG.debug("A connection to a former leader could not be closed", e);
      }
      socket = null;
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    closeSocket();
    notifyAll();
    thread.interrupt();
  }
}
