package io.margay.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message in every version, with random contents, against Kafka's own classes. */
class MessageOracleTest {
  private static final long SEED = Long.getLong("margay.test.seed", 20260101L);
  private static final int ROUNDS = 8;

  static List<GeneratedMessages> messages() throws Exception {
    return GeneratedMessages.all();
  }

  @Test
  void hasEveryApiWithItsVersions() throws Exception {
    Set<String> expected = new TreeSet<>();
    for (ApiKeys api : ApiKeys.values()) {
      if (api.hasValidVersion()) {
        expected.add(api.id + "Request");
        expected.add(api.id + "Response");
      }
    }
    Set<String> actual = new TreeSet<>();
    for (GeneratedMessages message : messages()) {
      if (message.newOurs().apiKey() >= 0) {
        Api api = (Api) message.ours().getField("API").get(null);
        actual.add(api.key() + message.toString().substring(api.name().length()));
        compareApi(api, message);
      }
    }
    assertThat(actual).isEqualTo(expected).hasSizeGreaterThan(170);
    assertThat(messages()).hasSizeGreaterThan(230);
  }

  private static void compareApi(Api api, GeneratedMessages message) {
    ApiKeys theirs = ApiKeys.forId(api.key());
    assertThat(api.name()).isEqualTo(theirs.name);
    assertThat(api.lowest()).isEqualTo(theirs.messageType.lowestSupportedVersion());
    assertThat(api.highest()).isEqualTo(theirs.messageType.highestSupportedVersion(true));
    assertThat(api.latestVersionUnstable()).as(api.name()).isEqualTo(theirs.messageType.latestVersionUnstable());
    for (short version = api.lowest(); version <= api.highest(); version++) {
      if (message.toString().endsWith("Request")) {
        assertThat(api.requestHeaderVersion(version)).isEqualTo(theirs.requestHeaderVersion(version));
      } else {
        assertThat(api.responseHeaderVersion(version)).isEqualTo(theirs.responseHeaderVersion(version));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void readsAndWritesTheSameBytes(GeneratedMessages type) {
    Message limits = type.newOurs();
    assertThat(limits.lowestVersion()).isEqualTo(type.newTheirs().lowestSupportedVersion());
    assertThat(limits.highestVersion()).isEqualTo(type.newTheirs().highestSupportedVersion());
    for (short version = limits.lowestVersion(); version <= limits.highestVersion(); version++) {
      assertThat(writeOursOrNull(type.newOurs(), version)).as("defaults of %s version %d", type, version)
          .isEqualTo(writeTheirsOrNull(type.newTheirs(), version));
      for (int round = 0; round < ROUNDS; round++) {
        compare(type, version, SEED + round);
      }
    }
  }

  private static void compare(GeneratedMessages type, short version, long seed) {
    String what = type + " version " + version + " seed " + seed;
    byte[] random = new RandomMessageBytes(seed * 31 + type.toString().hashCode() + version).message(type.schema(version));
    org.apache.kafka.common.protocol.Message theirs = readTheirs(type, random, version);
    byte[] expected = theirBytes(theirs, version);

    Message ours = readOurs(type, random, version, what);
    assertThat(Messages.toBytes(ours, version)).as(what).isEqualTo(expected);
    assertThat(partsOf(ours, version)).as(what).isEqualTo(expected);

    Message copy = (Message) copyBySetters(ours);
    assertThat(copy).as(what).isEqualTo(ours).hasSameHashCodeAs(ours).hasToString(ours.toString());
    byte[] written = Messages.toBytes(copy, version);
    assertThat(readTheirs(type, written, version)).as(what).isEqualTo(theirs);

    // Read into a message that has other contents: nothing of them may stay.
    Message reused = readOurs(type, new RandomMessageBytes(seed).message(type.schema(version)), version, what);
    reused.read(new MessageReader(expected), version);
    assertThat(reused).as(what).isEqualTo(ours);

    for (short other = ours.lowestVersion(); other <= ours.highestVersion(); other++) {
      assertThat(writeOursOrNull(ours, other)).as("%s written in version %d", what, other)
          .isEqualTo(writeTheirsOrNull(theirs, other));
    }
  }

  private static Message readOurs(GeneratedMessages type, byte[] bytes, short version, String what) {
    MessageReader in = new MessageReader(bytes);
    Message message = type.newOurs();
    message.read(in, version);
    assertThat(in.remaining()).as(what).isZero();
    return message;
  }

  private static org.apache.kafka.common.protocol.Message readTheirs(GeneratedMessages type, byte[] bytes, short version) {
    org.apache.kafka.common.protocol.Message message = type.newTheirs();
    message.read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
    return message;
  }

  private static byte[] partsOf(Message message, short version) {
    MessageWriter out = new MessageWriter(UnpooledByteBufAllocator.DEFAULT);
    out.reserveFrameSize();
    message.write(out, version);
    out.patchFrameSize();
    int size = out.size();
    List<Object> parts = out.finish();
    assertThat(parts).hasSize(1);
    ByteBuf frame = (ByteBuf) parts.get(0);
    assertThat(frame.readableBytes()).isEqualTo(size);
    assertThat(frame.readInt()).isEqualTo(size - 4);
    byte[] bytes = ByteBufUtil.getBytes(frame);
    frame.release();
    return bytes;
  }

  private static byte[] writeOursOrNull(Message message, short version) {
    try {
      return Messages.toBytes(message, version);
    } catch (UnsupportedMessageVersionException | IllegalStateException e) {
      return null;
    }
  }

  private static byte[] writeTheirsOrNull(org.apache.kafka.common.protocol.Message message, short version) {
    try {
      return theirBytes(message, version);
    } catch (UnsupportedVersionException | NullPointerException e) {
      return null;
    }
  }

  private static byte[] theirBytes(org.apache.kafka.common.protocol.Message message, short version) {
    ByteBuffer bytes = MessageUtil.toByteBufferAccessor(message, version).buffer();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  /** A copy of a message or struct that is made only with its getters and setters. */
  private static Object copyBySetters(Object original) {
    try {
      Object copy = original.getClass().getConstructor().newInstance();
      for (Method setter : original.getClass().getDeclaredMethods()) {
        if (setter.getName().startsWith("set") && setter.getParameterCount() == 1 && Modifier.isPublic(setter.getModifiers())) {
          String field = Character.toLowerCase(setter.getName().charAt(3)) + setter.getName().substring(4);
          Object result = setter.invoke(copy, copyValue(original.getClass().getMethod(field).invoke(original)));
          assertThat(result).isSameAs(copy);
        }
      }
      ((MessageStruct) copy).unknownTaggedFields().addAll(((MessageStruct) original).unknownTaggedFields());
      return copy;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Object copyValue(Object value) {
    if (value instanceof List<?> list) {
      List<Object> copy = new ArrayList<>();
      list.forEach(element -> copy.add(copyValue(element)));
      return copy;
    }
    if (value instanceof Records records) {
      return new BufferRecords(Unpooled.copiedBuffer(records.bufferOrNull()));
    }
    return value instanceof MessageStruct ? copyBySetters(value) : value;
  }
}
