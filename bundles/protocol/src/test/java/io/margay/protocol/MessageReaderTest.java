package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {
  private static MessageReader reader(int... bytes) {
    byte[] content = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      content[i] = (byte) bytes[i];
    }
    return new MessageReader(content);
  }

  private static MessageReader withVarint(int value, int following) {
    ByteBuf buffer = Unpooled.buffer();
    new MessageWriter(buffer).writeUnsignedVarint(value);
    return new MessageReader(buffer.writeZero(following));
  }

  private static MessageReader withInt(int value, int following) {
    return new MessageReader(Unpooled.buffer().writeInt(value).writeZero(following));
  }

  private static void assertMalformed(String part, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(MalformedMessageException.class).hasMessageContaining(part);
  }

  @Test
  void fixedTypesNeedTheirBytes() {
    assertMalformed("int8", () -> reader().readByte());
    assertMalformed("bool", () -> reader().readBoolean());
    assertMalformed("int16", () -> reader(1).readShort());
    assertMalformed("uint16", () -> reader(1).readUnsignedShort());
    assertMalformed("int32", () -> reader(1, 2, 3).readInt());
    assertMalformed("uint32", () -> reader(1, 2, 3).readUnsignedInt());
    assertMalformed("int64", () -> reader(1, 2, 3, 4, 5, 6, 7).readLong());
    assertMalformed("float64", () -> reader(1, 2, 3, 4, 5, 6, 7).readDouble());
    assertMalformed("uuid", () -> reader(1, 2, 3, 4, 5, 6, 7, 8).readUuid());
    assertThat(reader(0xff, 0xff).readUnsignedShort()).isEqualTo(65535);
    assertThat(reader(0xff, 0xff, 0xff, 0xff).readUnsignedInt()).isEqualTo(0xffff_ffffL);
    assertThat(new MessageReader(new byte[16]).readUuid()).isEqualTo(new UUID(0, 0));
  }

  @Test
  void readsOnlyWhatIsReadableInTheBuffer() {
    ByteBuf buffer = Unpooled.wrappedBuffer(new byte[] {1, 2, 3, 4, 5}).setIndex(1, 3);
    MessageReader in = new MessageReader(buffer);
    assertThat(in.readShort()).isEqualTo((short) 0x0203);
    assertThat(in.remaining()).isZero();
    assertMalformed("int8", in::readByte);
    assertThat(buffer.readerIndex()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 63, 64, -64, -65, 127, 128, 16383, 16384, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void varintsComeBack(long value) {
    ByteBuf buffer = Unpooled.buffer();
    MessageWriter out = new MessageWriter(buffer);
    out.writeUnsignedVarint((int) value);
    out.writeVarint((int) value);
    out.writeVarlong(value);
    out.writeVarlong(value * Integer.MAX_VALUE);
    out.writeVarlong(value == 0 ? Long.MAX_VALUE : Long.MIN_VALUE);
    MessageReader in = new MessageReader(buffer);
    assertThat(in.readUnsignedVarint()).isEqualTo((int) value);
    assertThat(in.readVarint()).isEqualTo((int) value);
    assertThat(in.readVarlong()).isEqualTo(value);
    assertThat(in.readVarlong()).isEqualTo(value * Integer.MAX_VALUE);
    assertThat(in.readVarlong()).isEqualTo(value == 0 ? Long.MAX_VALUE : Long.MIN_VALUE);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void varintsHaveALimit() {
    assertMalformed("5 bytes", () -> reader(0x80, 0x80, 0x80, 0x80, 0x80, 1).readUnsignedVarint());
    assertMalformed("varint", () -> reader(0x80, 0x80).readUnsignedVarint());
    assertMalformed("10 bytes", () -> reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1).readVarlong());
  }

  @Test
  void lengthsAreCheckedBeforeAllocation() {
    assertMalformed("X.name has length 5", () -> reader(0, 5, 'a').readString(false, false, "X.name"));
    assertMalformed("X.name has length 5", () -> reader(6, 'a').readString(true, false, "X.name"));
    assertMalformed("X.name is null", () -> reader(0).readString(true, false, "X.name"));
    assertMalformed("X.name is null", () -> reader(0xff, 0xff).readString(false, false, "X.name"));
    assertMalformed("X.data has length 2147483647", () -> withInt(Integer.MAX_VALUE, 10).readBytes(false, true, "X.data"));
    assertMalformed("X.data has length", () -> withVarint(-1, 10).readBytes(true, true, "X.data"));
    assertMalformed("X.records has length", () -> withVarint(1000, 10).readRecords(true, true, "X.records"));
    assertMalformed("X.name has length 40000", () -> withVarint(40001, 50000).readString(true, false, "X.name"));
    assertThat(reader(0).readString(true, true, "X.name")).isNull();
    assertThat(reader(0xff, 0xff).readString(false, true, "X.name")).isNull();
    assertThat(withInt(-1, 0).readBytes(false, true, "X.data")).isNull();
    assertThat(withInt(-1, 0).readRecords(false, true, "X.records")).isNull();
    assertThat(withInt(0, 0).readRecords(false, true, "X.records")).isSameAs(Records.EMPTY);
  }

  @Test
  void arraysHaveLimits() {
    int most = MessageReader.MAX_ARRAY_ELEMENTS;
    assertThat(withInt(most, most).readArrayCount(false, false, 8, "X.list")).isEqualTo(most);
    assertThat(withVarint(most + 1, most).readArrayCount(true, false, 8, "X.list")).isEqualTo(most);
    assertMalformed("X.list has length 1000001", () -> withInt(most + 1, most + 1).readArrayCount(false, false, 8, "X.list"));
    assertMalformed("X.list has length 1000001", () -> withVarint(most + 2, most + 1).readArrayCount(true, false, 8, "X.list"));
    assertMalformed("X.list has length 11", () -> withInt(11, 10).readArrayCount(false, false, 8, "X.list"));
    assertMalformed("X.list is null", () -> withInt(-1, 10).readArrayCount(false, false, 8, "X.list"));
    assertThat(withInt(-1, 10).readArrayCount(false, true, 8, "X.list")).isEqualTo(-1);
    assertThat(MessageReader.initialCapacity(most)).isLessThan(10_000);
    assertThat(MessageReader.initialCapacity(3)).isEqualTo(3);
  }

  @Test
  void taggedSectionsHaveLimits() {
    int most = MessageReader.MAX_TAGGED_FIELDS;
    assertThat(withVarint(most, 2 * most).readTaggedFieldCount()).isEqualTo(most);
    assertMalformed("tagged fields", () -> withVarint(most + 1, 2 * most + 2).readTaggedFieldCount());
    assertMalformed("tagged fields", () -> withVarint(6, 11).readTaggedFieldCount());
    assertMalformed("tagged fields", () -> withVarint(-1, 11).readTaggedFieldCount());
    assertMalformed("size 5", () -> withVarint(5, 4).readTaggedFieldEnd());
    assertMalformed("X.tag", () -> withVarint(5, 5).endTaggedField(6, "X.tag"));
  }

  @Test
  void recordsAreAViewThatDoesNotOwnTheBuffer() {
    ByteBuf buffer = Unpooled.buffer().writeInt(3).writeBytes(new byte[] {7, 8, 9});
    Records records = new MessageReader(buffer).readRecords(false, true, "X.records");
    assertThat(records.sizeBytes()).isEqualTo(3);
    assertThat(records.bufferOrNull()).isEqualTo(Unpooled.wrappedBuffer(new byte[] {7, 8, 9}));
    records.release();
    assertThat(buffer.refCnt()).isEqualTo(1);
    buffer.release();
  }
}
