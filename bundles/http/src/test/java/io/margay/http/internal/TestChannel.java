package io.margay.http.internal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** A connection without a network, on the test's thread; its time passes when the test says so. */
final class TestChannel extends EmbeddedChannel {
  static final int HIGH_WATER_BYTES = 32 * 1024;
  /** Whether the client reads what is sent. */
  private boolean clientReads = true;
  /** How often bytes were asked for. */
  int reads;

  TestChannel(TestService test) {
    this(test, Entrance.OPEN);
  }

  TestChannel(TestService test, Entrance entrance) {
    super(false, false);
    config().setAutoRead(false);
    config().setWriteBufferWaterMark(new WriteBufferWaterMark(HIGH_WATER_BYTES / 4, HIGH_WATER_BYTES));
    pipeline().addLast(new Connection(test.service, test.limits, test.lines, entrance));
    try {
      register();
      freezeTime();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected void doBeginRead() {
    reads++;
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws Exception {
    if (clientReads) {
      super.doWrite(in);
    }
  }

  void clientReads(boolean reading) {
    clientReads = reading;
    if (reading) {
      flush();
      runPendingTasks();
    }
  }

  /** The client has sent this. */
  TestChannel receive(String text) {
    writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
    return this;
  }

  void passMs(long ms) {
    advanceTimeBy(ms, TimeUnit.MILLISECONDS);
    runScheduledPendingTasks();
    runPendingTasks();
  }

  /** @return what was sent since the last call */
  String response() {
    runPendingTasks();
    StringBuilder all = new StringBuilder();
    for (ByteBuf b = readOutbound(); b != null; b = readOutbound()) {
      all.append(b.toString(StandardCharsets.UTF_8));
      b.release();
    }
    return all.toString();
  }
}
