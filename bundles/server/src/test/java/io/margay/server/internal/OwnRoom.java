package io.margay.server.internal;

import io.margay.sockets.internal.Room;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.group.ChannelGroup;

/** The room of one server, which ends with it. */
class OwnRoom implements SocketRoom {
  protected final Room room = new Room();

  @Override
  public ServerBootstrap bootstrap(int threads) {
    return room.bootstrap(threads);
  }

  @Override
  public ChannelGroup listeners() {
    return room.listeners();
  }

  @Override
  public void open(Connections server) {
    room.take(server, server);
  }

  @Override
  public void close() {
    room.close();
  }
}
