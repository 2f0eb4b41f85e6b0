package io.margay.server.internal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.group.ChannelGroup;

/**
 * Where sockets and event loops stay when this bundle is replaced: the services of the bundle {@code sockets}, as the {@link Server} sees
 * them.
 */
interface SocketRoom {
  /**
   * What listeners are bound with; a clone for each. Its child handler is the entrance of the room: put in the place of the own handler of a
   * connection, it gives the connection to the next server.
   *
   * @param threads how many event loops there are, unless they run already
   */
  ServerBootstrap bootstrap(int threads);

  /** The sockets that listen, also those that the server before has bound. */
  ChannelGroup listeners();

  /** The connections that come, and those that the server before has left, go to a server from now on. */
  void open(Connections server);

  /** Connections that come wait for the next server from now on. */
  void close();
}
