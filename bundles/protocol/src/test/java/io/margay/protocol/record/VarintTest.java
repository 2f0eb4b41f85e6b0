package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.utils.internals.ByteUtils;
import org.junit.jupiter.api.Test;

class VarintTest {
  @Test
  void agreesWithKafkaOnEveryWidth() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      assertLong(value);
      assertInt((int) value);
    }
    for (long edge : new long[] {0, 1, -1, 63, 64, -64, -65, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertLong(edge);
    }
    for (int edge : new int[] {0, -1, 63, 64, 127, 128, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertInt(edge);
    }
  }

  private static void assertLong(long value) {
    ByteBuf ours = Unpooled.buffer();
    Varint.writeVarlong(ours, value);
    ByteBuffer kafka = ByteBuffer.allocate(10);
    ByteUtils.writeVarlong(value, kafka);
    assertThat(ours).isEqualTo(Unpooled.wrappedBuffer(kafka.flip()));
    assertThat(Varint.sizeOfVarlong(value)).isEqualTo(ours.readableBytes());
    assertThat(new RecordSource().wrap(ours.nioBuffer()).readVarlong()).isEqualTo(value);
    assertThat(Varint.readVarlong(ours)).isEqualTo(value);
    assertThat(ours.isReadable()).isFalse();
  }

  private static void assertInt(int value) {
    ByteBuf ours = Unpooled.buffer();
    Varint.writeVarint(ours, value);
    Varint.writeUnsignedVarint(ours, value);
    ByteBuffer kafka = ByteBuffer.allocate(10);
    ByteUtils.writeVarint(value, kafka);
    ByteUtils.writeUnsignedVarint(value, kafka);
    assertThat(ours).isEqualTo(Unpooled.wrappedBuffer(kafka.flip()));
    assertThat(Varint.sizeOfVarint(value) + Varint.sizeOfUnsignedVarint(value)).isEqualTo(ours.readableBytes());
    assertThat(new RecordSource().wrap(ours.nioBuffer()).readVarint()).isEqualTo(value);
    assertThat(Varint.readVarint(ours)).isEqualTo(value);
    assertThat(Varint.readUnsignedVarint(ours)).isEqualTo(value);
    assertThat(ours.isReadable()).isFalse();
  }

  @Test
  void refusesOverflowAndCutOffNumbers() {
    ByteBuf sixBytes = Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1, -1, 1});
    assertThatThrownBy(() -> Varint.readVarint(sixBytes.duplicate())).isInstanceOf(CorruptRecordException.class);
    ByteBuf highBits = Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1, 0x1f});
    assertThatThrownBy(() -> Varint.readUnsignedVarint(highBits)).isInstanceOf(CorruptRecordException.class);
    ByteBuf longOverflow = Unpooled.wrappedBuffer(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, 2});
    assertThatThrownBy(() -> Varint.readVarlong(longOverflow.duplicate())).isInstanceOf(CorruptRecordException.class);
    assertThatThrownBy(() -> new RecordSource().wrap(longOverflow.nioBuffer()).readVarlong())
        .isInstanceOf(CorruptRecordException.class);
    assertThatThrownBy(() -> new RecordSource().wrap(sixBytes.nioBuffer()).readVarint()).isInstanceOf(CorruptRecordException.class);
    assertThatThrownBy(() -> Varint.readVarint(Unpooled.wrappedBuffer(new byte[] {-1})))
        .isInstanceOf(CorruptRecordException.class).hasMessageContaining("cut off");
  }
}
