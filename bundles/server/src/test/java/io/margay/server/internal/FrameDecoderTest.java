package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameDecoderTest {
  private static final int MAX = 8 << 20;

  private static EmbeddedChannel channel(MemoryBudget budget) {
    EmbeddedChannel c = new EmbeddedChannel();
    c.pipeline().addLast(new FrameDecoder(MAX, budget, new ReadGate(c)));
    return c;
  }

  private static ByteBuf content(Object frame) {
    return frame instanceof BigFrame big ? big.content() : (ByteBuf) frame;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void framesComeOutAsTheyWentInHoweverTheStreamIsCut(long seed) {
    Random random = new Random(seed);
    List<byte[]> sent = new ArrayList<>();
    ByteBuf stream = Unpooled.buffer();
    for (int i = 0; i < 50; i++) {
      byte[] frame = new byte[8 + (random.nextInt(5) == 0 ? random.nextInt(200_000) : random.nextInt(300))];
      random.nextBytes(frame);
      sent.add(frame);
      stream.writeInt(frame.length).writeBytes(frame);
    }
    EmbeddedChannel c = channel(new MemoryBudget(MAX));
    while (stream.isReadable()) {
      int cut = 1 + random.nextInt(random.nextBoolean() ? 5 : 70_000);
      c.writeInbound(stream.readRetainedSlice(Math.min(cut, stream.readableBytes())));
    }
    for (byte[] frame : sent) {
      ByteBuf got = content(c.readInbound());
      assertThat(ByteBufUtil.getBytes(got)).as("seed %d", seed).isEqualTo(frame);
      got.release();
    }
    assertThat((Object) c.readInbound()).isNull();
    assertThat(stream.refCnt()).isEqualTo(1);
  }

  @Test
  void anAnnouncedSizeAllocatesNothing() {
    EmbeddedChannel c = channel(new MemoryBudget(MAX));
    long before = ((io.netty.buffer.ByteBufAllocatorMetricProvider) c.alloc()).metric().usedDirectMemory();
    c.writeInbound(Unpooled.buffer().writeInt(MAX).writeLong(1));
    long used = ((io.netty.buffer.ByteBufAllocatorMetricProvider) c.alloc()).metric().usedDirectMemory() - before;
    assertThat(used).isLessThan(MAX / 2);
    assertThat(c.isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 7, MAX + 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x47455420, 0x16030100})
  void sizesThatCannotBeCloseTheConnection(int size) {
    EmbeddedChannel c = channel(new MemoryBudget(MAX));
    c.writeInbound(Unpooled.buffer().writeInt(size).writeLong(1));
    assertThat(c.isOpen()).isFalse();
    assertThat((Object) c.readInbound()).isNull();
  }

  @Test
  void aBigFrameWaitsForItsShareAndSmallOnesOfOthersDoNot() {
    MemoryBudget budget = new MemoryBudget(MAX);
    EmbeddedChannel first = channel(budget);
    EmbeddedChannel second = channel(budget);
    int size = 5 << 20;
    first.writeInbound(Unpooled.buffer().writeInt(size).writeZero(1 << 20));
    second.writeInbound(Unpooled.buffer().writeInt(size).writeZero(1 << 20));
    assertThat(first.config().isAutoRead()).isTrue();
    assertThat(second.config().isAutoRead()).isFalse();

    EmbeddedChannel small = channel(budget);
    small.writeInbound(Unpooled.buffer().writeInt(100).writeZero(100));
    assertThat((Object) small.readInbound()).isNotNull();

    first.writeInbound(Unpooled.buffer().writeZero(size - (1 << 20)));
    BigFrame done = first.readInbound();
    assertThat(done.content().readableBytes()).isEqualTo(size);
    done.content().release();
    budget.release(done.reservedBytes());
    second.runPendingTasks();
    assertThat(second.config().isAutoRead()).isTrue();
  }

  @Test
  void whoLeavesGivesItsShareBack() {
    MemoryBudget budget = new MemoryBudget(MAX);
    EmbeddedChannel first = channel(budget);
    EmbeddedChannel second = channel(budget);
    first.writeInbound(Unpooled.buffer().writeInt(MAX).writeZero(1 << 20));
    second.writeInbound(Unpooled.buffer().writeInt(MAX).writeZero(1 << 20));
    second.close();
    first.close();
    assertThat(budget.reserve(this, MAX, () -> { })).isTrue();
  }

  @Test
  void foreignProtocolsAreNamed() {
    assertThat(ForeignProtocol.describe(Unpooled.copiedBuffer("GET / HTTP/1.1".getBytes()), 0, 14)).contains("HTTP");
    assertThat(ForeignProtocol.describe(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 2, 0}), 0, 5)).contains("TLS");
    assertThat(ForeignProtocol.describe(Unpooled.copiedBuffer("SSH-2.0-x".getBytes()), 0, 9)).contains("SSH");
    assertThat(ForeignProtocol.describe(Unpooled.buffer().writeInt(-5), 0, 4)).contains("-5");
  }
}
