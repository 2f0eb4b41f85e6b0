package io.margay.server.internal;

import io.margay.model.Endpoint;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.util.AttributeKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The sockets that accept connections, by listener. {@link #change} replaces some and leaves the others alone. Changes are made by one
 * thread at a time, which may be blocked; all other methods are safe for all threads.
 */
final class ListenerSockets {
  private static final long CLOSE_MS = 1_000;

  /** The {@link Endpoint} of a socket that listens, as its fields in their order: the next version of this bundle has another class. */
  private static final AttributeKey<List<String>> LISTENER = AttributeKey.valueOf("margay.listener");

  /** The names of the APIs that the version of this bundle before served when it left. */
  private static final AttributeKey<List<String>> SERVED = AttributeKey.valueOf("margay.served");

  private final Supplier<ServerBootstrap> bootstrap;
  private volatile Map<Endpoint, Channel> bound;

  /**
   * @param bootstrap makes what binds a listener
   * @param open sockets that listen already
   */
  ListenerSockets(Supplier<ServerBootstrap> bootstrap, ChannelGroup open) {
    this.bootstrap = bootstrap;
    Map<Endpoint, Channel> kept = new LinkedHashMap<>();
    for (Channel channel : open) {
      List<String> listener = channel.attr(LISTENER).get();
      if (channel.isActive() && listener != null) {
        kept.put(new Endpoint(listener.get(0), listener.get(1), listener.get(2), Integer.parseInt(listener.get(3))), channel);
      }
    }
    this.bound = kept;
  }

  /** @return the name of the listener of a socket that listens */
  static String name(Channel socket) {
    return socket.attr(LISTENER).get().get(0);
  }

  /** @return the security protocol of that listener */
  static String protocol(Channel socket) {
    return socket.attr(LISTENER).get().get(1);
  }

  /** Leaves what was served to the next version of this bundle. */
  void leave(List<String> served) {
    bound.values().forEach(channel -> channel.attr(SERVED).set(List.copyOf(served)));
  }

  /** @return what the version of this bundle before has left */
  List<String> servedBefore() {
    return bound.values().stream().map(channel -> channel.attr(SERVED).get()).filter(Objects::nonNull).flatMap(List::stream).distinct()
        .toList();
  }

  /** The sockets that accept now. */
  List<Channel> channels() {
    return List.copyOf(bound.values());
  }

  /** The port at which a listener is bound. */
  int port(Endpoint listener) {
    return ((InetSocketAddress) bound.get(listener).localAddress()).getPort();
  }

  /**
   * Binds what is not bound yet, and then closes what is not wanted any more. What is wanted in the place of an old one, with the same port,
   * is bound after that is closed.
   *
   * @param wanted the listeners
   * @return the sockets that were closed; their connections are still open
   * @throws IOException when one cannot be bound; the message names the address and why, and all is as before
   */
  List<Channel> change(List<Endpoint> wanted) throws IOException {
    Map<Endpoint, Channel> before = bound;
    Map<Endpoint, Channel> next = new LinkedHashMap<>();
    List<Channel> closed = new ArrayList<>();
    List<Channel> opened = new ArrayList<>();
    try {
      for (Endpoint listener : wanted) {
        Channel kept = before.get(listener);
        if (kept == null) {
          before.forEach((old, channel) -> {
            if (old.port() == listener.port() && !wanted.contains(old) && channel.isOpen()) {
              channel.close().awaitUninterruptibly(CLOSE_MS);
              closed.add(channel);
            }
          });
          kept = bind(listener);
          opened.add(kept);
        }
        next.put(listener, kept);
      }
    } catch (IOException e) {
      opened.forEach(channel -> channel.close().awaitUninterruptibly(CLOSE_MS));
      restore(before, e);
      throw e;
    }
    before.forEach((old, channel) -> {
      if (!next.containsKey(old) && channel.isOpen()) {
        channel.close().awaitUninterruptibly(CLOSE_MS);
        closed.add(channel);
      }
    });
    bound = next;
    return closed;
  }

  /** Binds again what was closed to make place. */
  private void restore(Map<Endpoint, Channel> before, IOException cause) {
    Map<Endpoint, Channel> again = new LinkedHashMap<>(before);
    before.forEach((listener, channel) -> {
      if (!channel.isOpen()) {
        try {
          again.put(listener, bind(listener));
        } catch (IOException e) {
          again.remove(listener);
          cause.addSuppressed(e);
        }
      }
    });
    bound = again;
  }

  private Channel bind(Endpoint listener) throws IOException {
    try {
      return bootstrap.get().attr(LISTENER, List.of(listener.listener(), listener.protocol(), listener.host(), Integer.toString(listener.port())))
          .bind(address(listener)).sync().channel();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while binding " + listener, e);
    } catch (Exception e) { // sync() throws what the bind failed with, unchecked
      throw new IOException(refusal(listener, e), e);
    }
  }

  private static InetSocketAddress address(Endpoint listener) {
    return listener.host().isEmpty() ? new InetSocketAddress(listener.port()) : new InetSocketAddress(listener.host(), listener.port());
  }

  private static String refusal(Endpoint listener, Exception e) {
    String why = String.valueOf(e.getMessage());
    String advice = why.contains("Address already in use") ? "another program uses that port; choose a free one"
        : why.contains("assign requested address") ? "this machine has no such address; use one of its own, or none for all interfaces"
        : why.contains("ermission denied") ? "ports below 1024 need a privilege; use another port" : "set listeners to a free address";
    return "cannot listen on " + listener + ": " + why + "; " + advice;
  }

  /**
   * Tries whether listeners could be bound. May be blocked by a name server.
   *
   * @return null, or a sentence that says which one cannot be bound, and why
   */
  String trial(List<Endpoint> wanted) {
    Map<Endpoint, Channel> now = bound;
    for (Endpoint listener : wanted) {
      if (now.containsKey(listener)) {
        continue;
      }
      InetSocketAddress address = address(listener);
      // a port that this server has now will be free then: only the address is tried
      boolean ours = now.keySet().stream().anyMatch(old -> old.port() == listener.port());
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(ours ? new InetSocketAddress(address.getAddress(), 0) : address);
      } catch (IOException | RuntimeException e) {
        return refusal(listener, e);
      }
    }
    return null;
  }

  /** Closes all. */
  void close() {
    bound.values().forEach(channel -> channel.close().awaitUninterruptibly(CLOSE_MS, TimeUnit.MILLISECONDS));
  }
}
