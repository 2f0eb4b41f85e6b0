package io.margay.sockets.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RoomTest {
  private static final long LONG_MS = 60_000;

  private final Room room = new Room();
  private Channel listener;

  /** Keeps what it gets. */
  @ChannelHandler.Sharable
  private static final class Keeper extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<Channel> got = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> read = new LinkedBlockingQueue<>();

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      got.add(context.channel());
      context.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object received) {
      ByteBuf bytes = (ByteBuf) received;
      while (bytes.isReadable()) {
        read.add((int) bytes.readByte());
      }
      bytes.release();
    }

    Channel next() throws InterruptedException {
      return got.poll(20, TimeUnit.SECONDS);
    }

    void giveBack(Channel connection, ChannelHandler entrance) {
      connection.eventLoop().submit(() -> {
        connection.pipeline().remove(this);
        connection.pipeline().addLast(entrance);
      }).awaitUninterruptibly();
    }
  }

  @BeforeEach
  void bind() throws Exception {
    listener = room.bootstrap(2).clone().bind(new InetSocketAddress("127.0.0.1", 0)).sync().channel();
  }

  @AfterEach
  void close() {
    room.close();
  }

  private Socket connect() throws IOException {
    Socket s = new Socket("127.0.0.1", ((InetSocketAddress) listener.localAddress()).getPort());
    s.setSoTimeout(20_000);
    return s;
  }

  private static void awaitTrue(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void aConnectionGoesFromOneServerToTheNext() throws Exception {
    Keeper first = new Keeper();
    room.take(first, () -> false);
    try (Socket client = connect()) {
      client.getOutputStream().write(1);
      assertThat(first.read.poll(20, TimeUnit.SECONDS)).isEqualTo(1);
      Channel connection = first.next();
      room.leave(first, LONG_MS);
      first.giveBack(connection, room.bootstrap(1).config().childHandler());
      assertThat(room.heldCount()).isEqualTo(1);
      client.getOutputStream().write(2);
      Keeper second = new Keeper();
      room.take(second, () -> false);
      assertThat(second.next()).isSameAs(connection);
      assertThat(second.read.poll(20, TimeUnit.SECONDS)).isEqualTo(2);
      assertThat(first.read).isEmpty();
      assertThat(room.listeners().contains(listener)).isTrue();
    }
  }

  @Test
  void aConnectionThatIsGivenBackLateGoesToTheNextServerAtOnce() throws Exception {
    Keeper first = new Keeper();
    room.take(first, () -> false);
    try (Socket client = connect()) {
      Channel connection = first.next();
      room.leave(first, LONG_MS);
      Keeper second = new Keeper();
      room.take(second, () -> false);
      first.giveBack(connection, room.bootstrap(1).config().childHandler());
      assertThat(second.next()).isSameAs(connection);
      client.getOutputStream().write(3);
      assertThat(second.read.poll(20, TimeUnit.SECONDS)).isEqualTo(3);
    }
  }

  @Test
  void aConnectionThatIsAcceptedMeanwhileWaitsForThoseThatWereServed() throws Exception {
    Keeper first = new Keeper();
    room.take(first, () -> false);
    CountDownLatch slow = new CountDownLatch(1);
    try (Socket client = connect()) {
      Channel served = first.next();
      served.attr(Held.LEFT).set(Map.of("anything", 1));
      room.leave(first, LONG_MS);
      ChannelHandler entrance = room.bootstrap(1).config().childHandler();
      first.giveBack(served, entrance);
      served.eventLoop().execute(() -> {
        try {
          slow.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      });
      Keeper second = new Keeper();
      room.take(second, () -> false);
      EmbeddedChannel accepted = new EmbeddedChannel(entrance);
      accepted.runPendingTasks();
      assertThat(second.got).isEmpty();
      assertThat(room.heldCount()).isEqualTo(2);
      slow.countDown();
      assertThat(second.next()).isSameAs(served);
      awaitTrue(() -> {
        accepted.runPendingTasks();
        return room.heldCount() == 0;
      });
      assertThat(second.next()).isSameAs(accepted);
      accepted.close();
    } finally {
      slow.countDown();
    }
  }

  @Test
  void clientsWaitWhileThereIsNoServer() throws Exception {
    Keeper first = new Keeper();
    room.take(first, () -> false);
    room.leave(first, LONG_MS);
    assertThat(listener.config().isAutoRead()).as("accepts").isFalse();
    try (Socket client = connect()) {
      client.getOutputStream().write(4);
      Keeper second = new Keeper();
      room.take(second, () -> false);
      assertThat(second.read.poll(20, TimeUnit.SECONDS)).isEqualTo(4);
      assertThat(room.heldCount()).isZero();
    }
  }

  @Test
  void allIsClosedWhenNoServerComesInTime() throws Exception {
    Keeper first = new Keeper();
    room.take(first, () -> false);
    try (Socket client = connect()) {
      Channel connection = first.next();
      room.leave(first, 1);
      awaitTrue(() -> room.listeners().isEmpty());
      first.giveBack(connection, room.bootstrap(1).config().childHandler());
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
      room.bootstrap(1).clone().bind(listener.localAddress()).sync();
      Keeper late = new Keeper();
      room.take(late, () -> false);
      try (Socket again = connect()) {
        again.getOutputStream().write(5);
        assertThat(late.read.poll(20, TimeUnit.SECONDS)).isEqualTo(5);
      }
    }
  }

  @Test
  void theOneBeforeCannotLeaveForTheNextOne() throws Exception {
    Keeper first = new Keeper();
    Keeper second = new Keeper();
    room.take(first, () -> false);
    room.take(second, () -> false);
    room.leave(first, 0);
    try (Socket client = connect()) {
      assertThat(second.next().isActive()).isTrue();
    }
  }

  @Test
  void nothingIsBoundAfterItWasClosed() {
    room.close();
    assertThat(listener.isOpen()).isFalse();
    Room unused = new Room();
    unused.close();
    assertThatThrownBy(() -> unused.bootstrap(1)).isInstanceOf(IllegalStateException.class).hasMessage("the sockets are closed");
  }

  @Test
  void whatWasLeftIsReleasedWhenTheClientGoes() {
    EmbeddedChannel connection = new EmbeddedChannel();
    ByteBuf rest = Unpooled.buffer().writeByte(1);
    connection.attr(Held.LEFT).set(new HashMap<>(Map.of(Held.REST, rest, "later", 5L)));
    connection.pipeline().addLast(Held.INSTANCE);
    ByteBuf more = Unpooled.buffer().writeByte(2);
    connection.writeInbound(more);
    assertThat(rest.refCnt()).isZero();
    assertThat(more.refCnt()).isZero();
    ByteBuf both = (ByteBuf) connection.attr(Held.LEFT).get().get(Held.REST);
    assertThat(both.readShort()).isEqualTo((short) 0x0102);
    connection.close();
    assertThat(both.refCnt()).isZero();
  }
}
