package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameSourceTest {
  private static final int MAX = 8 << 20;

  private final MemoryPool pool = new MemoryPool(MAX, true);

  private final class Source {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoopCredit credit = new LoopCredit(pool);
    private ByteBuf finished;
    private final FrameSource frames = new FrameSource(channel, new ReadGate(channel), MAX, () -> { });

    Source() {
      frames.credit(credit);
    }

    ByteBuf next(ByteBuf received) {
      frames.received(received);
      ByteBuf frame = frames.next();
      frames.settle();
      return frame;
    }

    void done(ByteBuf frame) {
      frame.release();
      credit.give(frames.takenBytes());
    }

    /** Sends a frame of zeros from {@code from} to {@code to}, in pieces as a socket gives them, as long as it is read. */
    int send(int size, int from, int to) {
      int at = from;
      while (at < to && isRead()) {
        ByteBuf piece = channel.alloc().directBuffer(pool.tight() ? 4096 : 32 * 1024);
        if (at == 0) {
          piece.writeInt(size);
        }
        int count = Math.min(to - at, piece.writableBytes());
        at += count;
        finished = next(piece.writeZero(count));
      }
      if (finished == null && isRead()) {
        finished = frames.next();
      }
      return at;
    }

    /** A frame of this many bytes, all of which have arrived but the last as long as it was read. */
    Source partial(int size) {
      send(size, 0, size - 1);
      return this;
    }

    boolean isRead() {
      channel.runPendingTasks();
      return channel.config().isAutoRead();
    }
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
    Source source = new Source();
    List<byte[]> got = new ArrayList<>();
    while (stream.isReadable()) {
      int cut = 1 + random.nextInt(random.nextBoolean() ? 5 : 70_000);
      source.frames.received(stream.readRetainedSlice(Math.min(cut, stream.readableBytes())));
      // sometimes the frames are left where they are for a while
      for (ByteBuf frame; (random.nextInt(10) > 0 || !stream.isReadable()) && (frame = source.frames.next()) != null;) {
        got.add(ByteBufUtil.getBytes(frame));
        source.done(frame);
      }
      source.frames.settle();
    }
    assertThat(got).as("seed %d", seed).hasSameSizeAs(sent);
    for (int i = 0; i < sent.size(); i++) {
      assertThat(got.get(i)).as("seed %d", seed).isEqualTo(sent.get(i));
    }
    assertThat(stream.refCnt()).isEqualTo(1);
    source.frames.close();
    source.credit.giveAll();
    assertThat(pool.takenBytes()).as("seed %d", seed).isZero();
  }

  @Test
  void anAnnouncedSizeTakesNothing() {
    Source source = new Source();
    long before = ((ByteBufAllocatorMetricProvider) source.channel.alloc()).metric().usedDirectMemory();
    assertThat(source.next(Unpooled.buffer().writeInt(MAX).writeLong(1))).isNull();
    long used = ((ByteBufAllocatorMetricProvider) source.channel.alloc()).metric().usedDirectMemory() - before;
    assertThat(used).isLessThan(MAX / 2);
    source.credit.giveAll();
    assertThat(pool.takenBytes()).isLessThan(1024);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 7, MAX + 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 0x47455420, 0x16030100})
  void sizesThatCannotBeAreRefused(int size) {
    Source source = new Source();
    assertThatThrownBy(() -> source.next(Unpooled.buffer().writeInt(size).writeLong(1))).isInstanceOf(BadFrameException.class);
    source.frames.close();
    source.credit.giveAll();
    assertThat(pool.takenBytes()).isZero();
  }

  /** A slice of a few bytes would keep all that was received with it. */
  @Test
  void aSmallFrameDoesNotKeepALargeBuffer() {
    Source source = new Source();
    ByteBuf received = source.channel.alloc().directBuffer(256 * 1024);
    received.writeInt(20).writeZero(20);
    ByteBuf frame = source.next(received);
    assertThat(frame.readableBytes()).isEqualTo(20);
    assertThat(received.refCnt()).isZero();
    source.done(frame);
  }

  @Test
  void aLargeFrameIsNotCopied() {
    Source source = new Source();
    ByteBuf received = source.channel.alloc().directBuffer(64 * 1024);
    received.writeInt(16_400).writeZero(16_400);
    ByteBuf frame = source.next(received);
    assertThat(frame.memoryAddress()).isEqualTo(received.memoryAddress() + 4);
    source.done(frame);
    assertThat(received.refCnt()).isZero();
  }

  @Test
  void whatIsNotCutYetCountsAndIsGivenBack() {
    Source source = new Source();
    source.frames.received(source.channel.alloc().directBuffer(100_000).writeInt(20).writeZero(99_000));
    source.frames.settle();
    source.credit.giveAll();
    assertThat(pool.takenBytes()).isEqualTo(100_000);
    source.frames.close();
    source.credit.giveAll();
    assertThat(pool.takenBytes()).isZero();
  }

  @Test
  void theCrowdOfUnfinishedFramesTakesNoMoreThanThePoolAndOneFrame() {
    List<Source> crowd = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      crowd.add(new Source().partial(1 << 20));
    }
    assertThat(pool.takenBytes()).isLessThanOrEqualTo(2 * MAX);
    assertThat(crowd).anyMatch(s -> !s.isRead());

    Source small = new Source();
    ByteBuf frame = small.next(Unpooled.buffer().writeInt(1000).writeZero(1000));
    assertThat(frame).as("small requests go on").isNotNull();
    small.done(frame);
    crowd.forEach(s -> s.frames.close());
    crowd.forEach(s -> s.channel.runPendingTasks());
    crowd.forEach(s -> s.credit.giveAll());
    small.credit.giveAll();
    assertThat(pool.takenBytes()).isZero();
  }

  /** Each holds a part and needs more of what the others hold: one after the other is served none the less. */
  @Test
  void framesThatGrowDoNotWaitForEachOtherForGood() {
    List<Source> all = new ArrayList<>();
    int size = 5 << 20;
    int[] sent = new int[4];
    for (int i = 0; i < sent.length; i++) {
      Source s = new Source();
      sent[i] = s.send(size, 0, 2_000_000);
      all.add(s);
    }
    int finished = 0;
    for (int round = 0; round < 100 && finished < all.size(); round++) {
      for (int i = 0; i < all.size(); i++) {
        Source s = all.get(i);
        if (s != null) {
          sent[i] = s.send(size, sent[i], size);
          if (s.finished != null) {
            assertThat(s.finished.readableBytes()).isEqualTo(size);
            s.done(s.finished);
            all.set(i, null);
            finished++;
          }
          s.credit.giveAll();
        }
      }
    }
    assertThat(finished).isEqualTo(4);
    assertThat(pool.takenBytes()).isZero();
  }

  @Test
  void theLastOfACrowdIsServedInTurnWithTheFirst() {
    pool.force(2 * MAX);
    List<Integer> served = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int who = i;
      assertThat(pool.takeOrWait("waiter " + i, 1000, false, () -> served.add(who))).isFalse();
    }
    pool.give(2 * MAX);
    assertThat(served).hasSize(6);
    assertThat(served.subList(0, 2)).containsExactlyInAnyOrder(0, 5);
    assertThat(pool.contended()).isFalse();
    pool.give(6000);
    assertThat(pool.takenBytes()).isZero();
  }

  @Test
  void whoLeavesGivesItsPartBack() {
    Source first = new Source().partial(MAX);
    Source second = new Source().partial(MAX);
    second.frames.close();
    first.frames.close();
    first.channel.runPendingTasks();
    second.channel.runPendingTasks();
    first.credit.giveAll();
    second.credit.giveAll();
    assertThat(pool.takenBytes()).isZero();
    assertThat(pool.contended()).isFalse();
  }

  @Test
  void foreignProtocolsAreNamed() {
    assertThat(ForeignProtocol.describe(Unpooled.copiedBuffer("GET / HTTP/1.1".getBytes()), 0, 14)).contains("HTTP");
    assertThat(ForeignProtocol.describe(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 2, 0}), 0, 5)).contains("TLS");
    assertThat(ForeignProtocol.describe(Unpooled.copiedBuffer("SSH-2.0-x".getBytes()), 0, 9)).contains("SSH");
    assertThat(ForeignProtocol.describe(Unpooled.buffer().writeInt(-5), 0, 4)).contains("-5");
  }
}
