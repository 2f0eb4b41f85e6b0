package io.margay.server.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import java.util.function.BooleanSupplier;

/** Takes the connections that the {@link SocketRoom} gives, and tells it whether memory is scarce. Safe for all threads. */
@ChannelHandler.Sharable
final class Connections extends ChannelInitializer<Channel> implements BooleanSupplier {
  private final Server server;

  Connections(Server server) {
    this.server = server;
  }

  @Override
  protected void initChannel(Channel channel) {
    String protocol = ListenerSockets.protocol(channel.parent());
    if (protocol.endsWith("SSL") && !Tls.secure(channel, server.security(), ListenerSockets.name(channel.parent()))) {
      Handover left = Handover.take(channel);
      if (left != null && left.rest() != null) {
        left.rest().release();
      }
      channel.close();
      return;
    }
    channel.pipeline().addLast(new Connection(server, ListenerSockets.name(channel.parent()), protocol, channel));
  }

  @Override
  public boolean getAsBoolean() {
    return server.memory().frames().tight();
  }
}
