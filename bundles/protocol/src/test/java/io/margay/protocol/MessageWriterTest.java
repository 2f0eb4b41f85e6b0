package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ProduceRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageWriterTest {
  private static final short VERSION = 12;
  private static final int LARGE = MessageWriter.MAX_COPIED_RECORDS_BYTES + 1;

  /** Records that are in no buffer, as those in a file. */
  private static final class ElsewhereRecords implements Records {
    private final byte[] content;
    private int released;

    ElsewhereRecords(byte[] content) {
      this.content = content;
    }

    @Override
    public int sizeBytes() {
      return content.length;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position, long length) throws IOException {
      // Half of it, to see that the rest is asked for.
      return target.write(ByteBuffer.wrap(content, (int) position, (int) (length + 1) / 2));
    }

    @Override
    public void release() {
      released++;
    }
  }

  private static byte[] content(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static FetchResponse fetchResponse(Records... records) {
    FetchResponse response = new FetchResponse();
    FetchResponse.FetchableTopicResponse topic = new FetchResponse.FetchableTopicResponse().setTopic("t");
    for (Records partition : records) {
      topic.partitions().add(new FetchResponse.PartitionData().setRecords(partition));
    }
    response.responses().add(topic);
    return response;
  }

  private static byte[] join(List<Object> parts) throws IOException {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof ByteBuf buffer) {
        joined.write(ByteBufUtil.getBytes(buffer));
      } else {
        Records records = (Records) part;
        for (long done = 0; done < records.sizeBytes();) {
          done += records.transferTo(Channels.newChannel(joined), done, records.sizeBytes() - done);
        }
      }
    }
    return joined.toByteArray();
  }

  @Test
  void placesLargeAndForeignRecordsByReference() throws IOException {
    ByteBuf small = Unpooled.buffer().writeBytes(content(100, 1));
    ByteBuf large = Unpooled.buffer().writeBytes(content(LARGE, 2));
    ElsewhereRecords elsewhere = new ElsewhereRecords(content(10, 3));
    MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
    out.reserveFrameSize();
    fetchResponse(new BufferRecords(small), new BufferRecords(large), elsewhere, Records.EMPTY).write(out, VERSION);
    out.patchFrameSize();
    int size = out.size();
    List<Object> parts = out.finish();

    assertThat(small.refCnt()).isZero();
    assertThat(parts).hasSize(5);
    assertThat(parts.get(3)).isSameAs(elsewhere);
    byte[] joined = join(parts);
    byte[] expected = Messages.toBytes(fetchResponse(new BufferRecords(Unpooled.wrappedBuffer(content(100, 1))),
        new BufferRecords(Unpooled.wrappedBuffer(content(LARGE, 2))), new ElsewhereRecords(content(10, 3)), Records.EMPTY),
        VERSION);
    assertThat(joined).hasSize(size).startsWith(ByteBuffer.allocate(4).putInt(size - 4).array());
    assertThat(Arrays.copyOfRange(joined, 4, size)).isEqualTo(expected);

    assertThat(large.refCnt()).isEqualTo(1);
    parts.forEach(MessageWriter::releasePart);
    assertThat(large.refCnt()).isZero();
    assertThat(elsewhere.released).isEqualTo(1);
    assertThat(parts).filteredOn(ByteBuf.class::isInstance).allSatisfy(part -> assertThat(((ByteBuf) part).refCnt()).isZero());
  }

  @Test
  void copiesForeignRecordsWhereOneBufferIsWanted() {
    ElsewhereRecords elsewhere = new ElsewhereRecords(content(LARGE, 3));
    byte[] bytes = Messages.toBytes(fetchResponse(elsewhere), VERSION);
    assertThat(elsewhere.released).isEqualTo(1);
    Records inBuffer = new BufferRecords(Unpooled.wrappedBuffer(content(LARGE, 3)));
    assertThat(bytes).isEqualTo(Messages.toBytes(fetchResponse(inBuffer), VERSION));
  }

  @Test
  void retainsWhatAViewShows() {
    ByteBuf frame = Unpooled.buffer().writeBytes(content(LARGE, 2));
    MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
    fetchResponse(BufferRecords.view(frame)).write(out, VERSION);
    assertThat(frame.refCnt()).isEqualTo(2);
    out.finish().forEach(MessageWriter::releasePart);
    assertThat(frame.refCnt()).isEqualTo(1);
    frame.release();
  }

  @Test
  void releasesEverythingAfterAnError() {
    ByteBuf large = Unpooled.buffer().writeBytes(content(LARGE, 2));
    ByteBuf own = Unpooled.buffer();
    MessageWriter out = new MessageWriter(own);
    FetchResponse response = fetchResponse(new BufferRecords(large));
    response.responses().add(new FetchResponse.FetchableTopicResponse().setTopic(null));
    assertThatThrownBy(() -> response.write(out, VERSION)).isInstanceOf(IllegalStateException.class)
        .hasMessage("FetchResponse.FetchableTopicResponse.topic is null, but must not be");
    out.release();
    assertThat(large.refCnt()).isZero();
    assertThat(own.refCnt()).isZero();
  }

  @Test
  void appendsToABufferThatHasContents() {
    MessageWriter out = new MessageWriter(Unpooled.buffer().writeByte(9));
    out.reserveFrameSize();
    out.writeShort((short) 5);
    out.patchFrameSize();
    assertThat(out.size()).isEqualTo(6);
    List<Object> parts = out.finish();
    assertThat(ByteBufUtil.getBytes((ByteBuf) parts.get(0))).containsExactly(0, 0, 0, 2, 0, 5);
  }

  @Test
  void refusesVersionsAndFieldsThatDoNotExist() {
    assertThatThrownBy(() -> Messages.toBytes(new ProduceRequest(), (short) 99))
        .isInstanceOf(UnsupportedMessageVersionException.class).hasMessageContaining("ProduceRequest has versions 3 to");
    assertThatThrownBy(() -> Messages.read(ProduceRequest::new, new byte[10], (short) 2))
        .isInstanceOf(UnsupportedMessageVersionException.class);
    FetchRequest forgotten = new FetchRequest();
    forgotten.forgottenTopicsData().add(new FetchRequest.ForgottenTopic());
    assertThatThrownBy(() -> Messages.toBytes(forgotten, (short) 6))
        .isInstanceOf(UnsupportedMessageVersionException.class)
        .hasMessage("FetchRequest.forgottenTopicsData is set, but version 6 has no such field");
  }

  @Test
  void refusesValuesThatDoNotFit() {
    MessageWriter out = new MessageWriter(Unpooled.buffer());
    assertThatThrownBy(() -> out.writeUnsignedShort(65536)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> out.writeUnsignedInt(-1)).isInstanceOf(IllegalStateException.class);
    String tooLong = "x".repeat(32768);
    assertThatThrownBy(() -> out.writeString(tooLong, true, false, "f")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> out.writeString(tooLong, false, false, "f")).isInstanceOf(IllegalStateException.class);
  }
}
